"""`/docs` in a real browser: it works with nothing but our own server."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect
from tests.contract.conformance import openapi_document, operations
from tests.stories.harness import System

from plantao.identity.models import Role

ME = "#operations-auth-me"


@pytest.mark.browser
async def test_the_page_lists_all_and_tries_one_with_a_token(system: System, page: Page) -> None:
    maria = await system.person(Role.ATTENDANT)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{system.url}/docs")
    await expect(page.locator(".opblock")).to_have_count(len(list(operations(openapi_document()))))

    await page.get_by_role("button", name="Authorize").first.click()
    await page.get_by_label("auth-bearer-value").first.fill(maria.token)
    await page.get_by_role("button", name="Apply credentials").first.click()
    await page.locator(".btn-done").first.click()
    await page.locator(f"{ME} .opblock-summary-control").click()
    await page.locator(f"{ME} .execute").click()
    answer = page.locator(f"{ME} .live-responses-table")
    await expect(answer).to_contain_text("200")
    await expect(answer).to_contain_text("maria@provedor.example")

    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert any(url.endswith("/api/v1/auth/me") for url in asked)
