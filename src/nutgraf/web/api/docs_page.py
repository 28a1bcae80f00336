"""GET /api/v1/docs: the JSON API on a page of our own, made from its OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from nutgraf.web.api.mount import API_PATH
from nutgraf.web.rendering import base_url, render


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the API: what it gives and what it may be asked with."""

    path: str
    description: str
    parameters: tuple[tuple[str, str], ...]


def docs_page(request: Request) -> Response:
    """Every address with its parameters."""
    operations = [
        Operation(API_PATH + path, methods["get"].get("description", ""), _parameters(methods["get"]))
        for path, methods in request.app.openapi()["paths"].items()
    ]
    return render(request, "api.html", operations=operations, api_path=API_PATH, base_url=base_url(request))


def _parameters(operation: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Names of parameters with what there is to say of them."""
    described = []
    for parameter in operation.get("parameters", ()):
        words = ["required"] if parameter["required"] else []
        schema = parameter["schema"]
        words += [parameter["description"]] if "description" in parameter else []
        words += [f"up to {schema['maximum']}"] if "maximum" in schema and parameter["in"] == "query" else []
        words += [f"{schema['default']} where it is not given"] if schema.get("default") not in (None, "") else []
        described.append((parameter["name"], "; ".join(words)))
    return tuple(described)
