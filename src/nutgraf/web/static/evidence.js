// Pairs the sentences of a brief with the words they rest on: whichever of the two is pointed at or focused, both are lit.
// Without this file every number is still a link to the other side.
"use strict";

const root = document.querySelector(".pairs");
const panel = root.querySelector(".pairs__article");
const sentences = [...root.querySelectorAll("[data-sentence]")];
const marks = [...root.querySelectorAll("mark[data-sentences]")];

const numbersOf = (mark) => mark.dataset.sentences.split(" ");

function light(numbers) {
  for (const sentence of sentences) {
    sentence.classList.toggle("is-lit", numbers.includes(sentence.dataset.sentence));
  }
  for (const mark of marks) {
    mark.classList.toggle("is-lit", numbersOf(mark).some((number) => numbers.includes(number)));
  }
  root.classList.toggle("has-lit", numbers.length > 0);
}

// Where the article scrolls by itself beside the brief, bring the words into its view; the page itself never moves.
function reveal(number) {
  if (panel.scrollHeight <= panel.clientHeight) {
    return;
  }
  const mark = marks.find((candidate) => numbersOf(candidate).includes(number));
  if (!mark) {
    return;
  }
  const view = panel.getBoundingClientRect();
  const words = mark.getBoundingClientRect();
  if (words.top >= view.top && words.bottom <= view.bottom) {
    return;
  }
  const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const top = panel.scrollTop + words.top - view.top - view.height / 4;
  panel.scrollTo({ top, behavior: isCalm ? "auto" : "smooth" });
}

function follow(target) {
  const sentence = target.closest("[data-sentence]");
  if (sentence) {
    light([sentence.dataset.sentence]);
    reveal(sentence.dataset.sentence);
    return;
  }
  const back = target.closest(".pairs__back");
  const mark = back ? back.previousElementSibling : target.closest("mark[data-sentences]");
  light(mark ? numbersOf(mark) : []);
}

root.addEventListener("pointerover", (event) => follow(event.target));
root.addEventListener("focusin", (event) => follow(event.target));
root.addEventListener("pointerleave", () => light([]));
root.addEventListener("focusout", (event) => {
  if (!root.contains(event.relatedTarget)) {
    light([]);
  }
});
