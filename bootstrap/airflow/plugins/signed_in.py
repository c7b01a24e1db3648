"""Asks for Airflow's sign-in before the pages of plugins, which Airflow serves to anyone.

dbt's site is one: https://github.com/astronomer/astronomer-cosmos/issues/2972.
"""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

# What serves requests is imported by the API server only: tasks load plugins too.


class SignedIn:
    """ASGI middleware: what a plugin mounts is for whoever has a session or a token of Airflow."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, or answer it with a refusal."""
        answer = None
        if scope["type"] in ("http", "websocket") and _is_of_a_plugin(scope):
            answer = await _refusal(scope)
        await (answer or self._app)(scope, receive, send)


def _is_of_a_plugin(scope: Any) -> bool:
    from airflow import plugins_manager

    path = scope["path"].removeprefix(scope.get("root_path", ""))
    apps, _ = plugins_manager.get_fastapi_plugins()
    return any(f"{path}/".startswith(f"{app.get('url_prefix')}/") for app in apps)


async def _refusal(scope: Any) -> Any:
    """The answer for whoever is not signed in: a browser is sent to the page where he can be."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
    from fastapi import HTTPException
    from fastapi.responses import JSONResponse, RedirectResponse
    from starlette.requests import HTTPConnection

    request: Any = HTTPConnection(scope)
    try:
        await get_user(request, None, await bearer_scheme(request))
    except HTTPException as error:
        if "text/html" in request.headers.get("accept", ""):
            here = f"{request.url.path}?{request.url.query}".rstrip("?")
            return RedirectResponse(get_auth_manager().get_url_login(next_url=here))
        return JSONResponse({"detail": error.detail}, error.status_code)
    return None


class SignedInPlugin(AirflowPlugin):
    """Airflow finds it by its base class."""

    name = "signed_in"
    fastapi_root_middlewares = [{"name": "signed in", "middleware": SignedIn}]  # noqa: RUF012 - as documented
