"""The contract of ports.StageRunner, on the inline runner and on real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
import stage_tasks
import uvloop

from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.queue.processes import ProcessStageRunner
from nutgraf.errors import ConfigError, ExtractError, HTTPStatus, NutgrafError, ParseError, SourceError, Timeout

TASKS = {name: f"stage_tasks:{name}" for name in vars(stage_tasks) if not name.startswith("_")}
TASKS = {name: target for name, target in TASKS.items() if callable(getattr(stage_tasks, name))}
PATIENCE_S = 60.0


def with_runner(make, check, *, run=asyncio.run):
    async def main():
        runner = make()
        try:
            return await check(runner)
        finally:
            await runner.close()

    return run(main())


def make_processes(**options):
    return ProcessStageRunner(TASKS, **{"workers": 2, **options})


@pytest.fixture(params=["inline", "processes", "processes on uvloop"])
def checked(request):
    make = (lambda: InlineStageRunner(TASKS)) if request.param == "inline" else make_processes
    run = uvloop.run if "uvloop" in request.param else asyncio.run
    return lambda check: with_runner(make, check, run=run)


def raised(checked, task, *args):
    async def check(runner):
        with pytest.raises(NutgrafError) as caught:
            await runner.run(task, *args, timeout_s=PATIENCE_S)
        assert await runner.run("add", 1, 2, timeout_s=PATIENCE_S) == 3, "the next task must not notice"
        return caught.value

    return checked(check)


def test_returns_the_result(checked):
    assert checked(lambda runner: runner.run("add", "nut", "graf", timeout_s=PATIENCE_S)) == "nutgraf"


def test_raises_what_the_task_raised_with_its_attributes(checked):
    error = raised(checked, "fail_with_links")
    assert type(error) is ParseError
    assert (error.code, error.url, error.message) == ("not_a_feed", "https://a.example/", "This is a page.")
    assert error.feed_links == ("https://a.example/feed",)
    assert str(error) == "This is a page."


def test_raises_errors_whose_constructor_wants_keywords(checked):
    error = raised(checked, "fail_with_keywords")
    assert type(error) is HTTPStatus
    assert (error.status, error.code, error.retryable) == (410, "http_410", False)


def test_a_bug_is_a_source_error_with_its_trace(checked):
    error = raised(checked, "fail_by_bug")
    assert type(error) is SourceError
    assert error.code == "stage_failed"
    assert "ZeroDivisionError: a bug" in error.message
    assert "fail_by_bug" in "".join(error.__notes__)


def test_a_task_cannot_exit_the_program(checked):
    assert raised(checked, "fail_by_exit").code == "stage_failed"


def test_an_unknown_task_is_a_configuration_error(checked):
    assert type(raised(checked, "no_such_stage")) is ConfigError


def test_two_hundred_tasks_at_once_keep_their_answers_apart(checked):
    async def check(runner):
        return await asyncio.gather(
            *(
                runner.run("add", number, 1000, timeout_s=PATIENCE_S)
                if number % 7
                else runner.run("fail_on", str(number), timeout_s=PATIENCE_S)
                for number in range(200)
            ),
            return_exceptions=True,
        )

    for number, answer in enumerate(checked(check)):
        if number % 7:
            assert answer == number + 1000
        else:
            assert type(answer) is ExtractError
            assert str(answer) == f"Nothing in {number}."


def test_close_is_idempotent_and_final(checked):
    async def check(runner):
        await runner.close()
        await runner.close()
        with pytest.raises(SourceError) as caught:
            await runner.run("add", 1, 2, timeout_s=PATIENCE_S)
        return caught.value

    assert checked(check).code == "closed"


# What only a process can do


@pytest.fixture(params=["asyncio", "uvloop"])
def processes(request):
    run = uvloop.run if request.param == "uvloop" else asyncio.run
    return lambda check, **options: with_runner(lambda: make_processes(**options), check, run=run)


@pytest.mark.parametrize("task", ["hang", "spin"])
def test_a_task_that_takes_too_long_is_killed_and_its_neighbour_goes_on(processes, task):
    async def check(runner):
        await runner.start()
        neighbour = asyncio.gather(*(runner.run("add", n, 0, timeout_s=PATIENCE_S) for n in range(20)))
        with pytest.raises(Timeout) as caught:
            await runner.run(task, timeout_s=0.3)
        assert await neighbour == list(range(20))
        assert await runner.run("add", 1, 2, timeout_s=PATIENCE_S) == 3
        return caught.value

    assert processes(check).code == "stage_timeout"
    assert not psutil.Process().children()


@pytest.mark.parametrize(
    ("task", "code"),
    [
        ("die", "crashed"),
        ("hog", "out_of_memory"),
        ("huge_result", "stage_failed"),
        ("unpicklable_result", "stage_failed"),
    ],
)
def test_a_task_that_breaks_its_process_fails_alone(processes, task, code):
    def checked(check):
        return processes(check, workers=1)

    error = raised(checked, task)
    assert type(error) is SourceError
    assert error.code == code


def test_what_a_task_prints_does_not_disturb_the_answers(processes, capfd):
    assert processes(lambda runner: runner.run("print_to_stdout", timeout_s=PATIENCE_S)) == ""
    assert not capfd.readouterr().out


def test_workers_run_at_low_priority_without_our_secrets(processes, monkeypatch):
    monkeypatch.setenv("NUTGRAF_DATABASE_URL", "postgresql://user:secret@db/nutgraf")

    async def check(runner):
        environment = await runner.run("environment", timeout_s=PATIENCE_S)
        return environment, await runner.run("niceness", timeout_s=PATIENCE_S)

    environment, niceness = processes(check)
    assert "secret" not in str(environment)
    assert niceness > os.nice(0) or niceness == 19


def test_workers_start_when_needed_and_are_replaced_after_their_share(processes):
    async def check(runner):
        assert not psutil.Process().children()
        return [await runner.run("process_id", timeout_s=PATIENCE_S) for _ in range(6)]

    ids = processes(check, tasks_per_worker=2)
    assert ids[0] == ids[1] != ids[2] == ids[3] != ids[4] == ids[5]


def wait_until_gone(process_id):
    while psutil.pid_exists(process_id):  # waitpid would take the exit status from the runner
        time.sleep(0.02)


def test_a_worker_killed_while_idle_is_not_handed_out(processes):
    async def check(runner):
        process_id = await runner.run("process_id", timeout_s=PATIENCE_S)
        os.kill(process_id, signal.SIGKILL)
        await asyncio.to_thread(wait_until_gone, process_id)
        return process_id, await runner.run("process_id", timeout_s=PATIENCE_S)

    killed, answering = processes(check)
    assert killed != answering


def test_closing_fails_the_tasks_under_way(processes):
    async def check(runner):
        await runner.start()
        running = [asyncio.create_task(runner.run("hang", timeout_s=PATIENCE_S)) for _ in range(5)]
        await asyncio.sleep(0.1)
        await runner.close()
        return await asyncio.gather(*running, return_exceptions=True)

    assert [error.code for error in processes(check)] == ["closed"] * 5
    assert not psutil.Process().children()


def test_a_cancelled_task_does_not_leave_its_answer_to_the_next(processes):
    async def check(runner):
        await runner.start()
        task = asyncio.create_task(runner.run("hang", timeout_s=PATIENCE_S))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await runner.run("add", 1, 2, timeout_s=PATIENCE_S)

    assert processes(check, workers=1) == 3


def test_a_stage_that_cannot_be_imported_says_so():
    async def check(runner):
        with pytest.raises(ConfigError) as caught:
            await runner.run("lost", timeout_s=PATIENCE_S)
        return caught.value

    error = with_runner(lambda: ProcessStageRunner({"lost": "stage_tasks:no_such_function"}, workers=1), check)
    assert "no_such_function" in error.message


PARENT = """
import asyncio, sys
sys.path[:] = {path!r}
from nutgraf.adapters.queue.processes import ProcessStageRunner

async def main():
    runner = ProcessStageRunner({tasks!r}, workers=2)
    await runner.start()
    busy = asyncio.create_task(runner.run("spin", timeout_s=600))
    await asyncio.sleep(0.1)
    print("ready", flush=True)
    await busy

asyncio.run(main())
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's parent-death signal")
def test_workers_die_with_a_killed_parent():
    script = textwrap.dedent(PARENT).format(path=sys.path, tasks=TASKS)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"ready\n"
        workers = psutil.Process(parent.pid).children()
        assert len(workers) == 2
        parent.kill()
    gone, alive = psutil.wait_procs(workers, timeout=PATIENCE_S)
    assert not alive
    assert len(gone) == 2


def test_an_interrupt_reaches_the_parent_only():
    async def check(runner):
        process_id = await runner.run("process_id", timeout_s=PATIENCE_S)
        os.kill(process_id, signal.SIGINT)
        os.kill(process_id, signal.SIGTERM)
        await asyncio.sleep(0.1)
        return process_id == await runner.run("process_id", timeout_s=PATIENCE_S)

    assert with_runner(make_processes, check)
