"""Describe the endpoints as OpenAPI 3.1 does."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from fairlead.gateway.operations.api.endpoints import Endpoint
from fairlead.gateway.operations.api.guard import COOKIE, CSRF_HEADER

_PATH_NAME: Final = re.compile(r"\{(\w+)(?::[^{}]+)?\}")
_REFUSALS: Final = {
    400: "The request is not as described.",
    401: "Nobody is logged in.",
    403: "The role or the token is missing.",
    404: "There is no such thing.",
    408: "The body took too long.",
    409: "The gateway refused it.",
    413: "The body is too long.",
    415: "The body is not JSON.",
    429: "Too many requests.",
    502: "The gateway gave no answer.",
    503: "It is not available now.",
}
_ERROR: Final = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "error": {"type": "string"}},
    "required": ["code", "error"],
}


def describe(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = _PATH_NAME.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fairlead operations", "version": version},
        "paths": paths,
        "components": {
            "securitySchemes": {
                "login": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
            },
            "schemas": {"Error": _ERROR},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PATH_NAME.findall(endpoint.path)
    ]
    if endpoint.query is not None:
        parameters += _query_parameters(endpoint.query)
    words = _PATH_NAME.sub(r"_\1", endpoint.path).replace("/", "_")
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": f"{endpoint.method.lower()}{words}",
        "parameters": parameters,
        "responses": _responses(endpoint),
    }
    if endpoint.body is not None:
        content = {"application/json": {"schema": _schema(endpoint.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    if endpoint.roles:
        needed: dict[str, list[str]] = {"login": []}
        operation["security"] = [needed | {"csrf": []} if endpoint.method == "POST" else needed]
        operation["x-roles"] = list(endpoint.roles)
    return operation


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    statuses = {400, 429, *endpoint.statuses}
    if endpoint.roles:
        statuses |= {401, 403}
    if endpoint.body is not None:
        statuses |= {408, 413, 415}
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    found: dict[str, Any] = {
        "200": {"description": "Done.", "content": {endpoint.content_type: {"schema": dict(endpoint.answer)}}}
    }
    return found | {str(code): {"description": _REFUSALS[code], "content": refused} for code in sorted(statuses)}


def _query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = _schema(model)
    required = schema.get("required", ())
    properties: Mapping[str, Any] = schema.get("properties", {})
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part} for name, part in properties.items()
    ]


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    # definitions stand within each schema, so that it can be read alone
    return model.model_json_schema(by_alias=True)
