"""Connect's REST interface is for whoever knows its password, and for no web page."""

from __future__ import annotations

import pytest
import requests

from settings.connect import REST_USER

pytestmark = pytest.mark.services

PATHS = [
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/connectors"),
    ("GET", "/no/such/path"),
    ("PUT", "/connectors/x/config"),
    ("POST", "/connectors/x/restart"),
    ("DELETE", "/connectors/x"),
    ("PUT", "/connector-plugins/x/config/validate"),
    ("GET", "/admin/loggers"),
    ("OPTIONS", "/connectors"),
]


def ask(stack: dict[str, str], method: str, path: str, **options: object) -> requests.Response:
    url = f"http://127.0.0.1:{stack['CONNECT_PORT']}{path}"
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, timeout=120, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_without_the_password_nothing_is_answered(
    stack: dict[str, str], method: str, path: str
) -> None:
    password = stack["CONNECT_REST_PASSWORD"]
    wrong = [None, (REST_USER, ""), (REST_USER, password[:-1]), ("", password), ("admin", password)]
    assert {ask(stack, method, path, auth=auth).status_code for auth in wrong} == {401}
    # By a name that its owner moves to this machine later (DNS rebinding).
    assert ask(stack, method, path, headers={"Host": "evil.example"}).status_code == 401


@pytest.mark.parametrize("path", ["/connectors/x/tasks", "/connectors/x/tasks/"])
def test_what_workers_ask_of_each_other_needs_their_signature(
    stack: dict[str, str], path: str
) -> None:
    # 400: no signature; 403 or 503: one that is not of this group.
    signed = {
        "X-Connect-Authorization": "AAAA",
        "X-Connect-Request-Signature-Algorithm": "HmacSHA256",
    }
    for headers in ({}, signed):
        assert ask(stack, "POST", path, json=[], headers=headers).status_code in (400, 403, 503)
    assert ask(stack, "GET", path).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_a_page_cannot_use_the_password_that_a_browser_remembers(
    stack: dict[str, str], headers: dict[str, str]
) -> None:
    auth = (REST_USER, stack["CONNECT_REST_PASSWORD"])
    answer = ask(stack, "POST", "/connectors/x/restart", auth=auth, headers=headers)
    assert answer.status_code == 403


def test_log_levels_cannot_be_changed_by_anyone(stack: dict[str, str]) -> None:
    auth = (REST_USER, stack["CONNECT_REST_PASSWORD"])
    assert ask(stack, "GET", "/admin/loggers", auth=auth).status_code == 404
