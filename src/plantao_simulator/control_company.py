"""The control API's side of the company: numbers, accounts, settings, and what Meta tells about them."""

from __future__ import annotations

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from plantao_simulator.config import NumberConfig
from plantao_simulator.control_http import Table, read
from plantao_simulator.notices import told_by
from plantao_simulator.requests import NoticeBody, NumberBody, NumberChange, SettingsBody, TemplateBody, set_fields
from plantao_simulator.simulator import Simulator


class CompanyControl:
    """One method per endpoint."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def table(self) -> Table:
        return [
            ("GET", "/accounts", self.accounts),
            ("POST", "/numbers", self.add_number),
            ("PATCH", "/numbers/{number}", self.change_number),
            ("GET", "/settings", self.settings),
            ("PATCH", "/settings", self.change_settings),
            ("POST", "/notices", self.tell),
            ("POST", "/templates/{name}", self.set_template),
        ]

    async def accounts(self, _request: Request) -> Response:
        """Accounts and numbers as they are now, without tokens."""
        business = self.sim.business
        accounts = [account.as_json() for account in business.accounts.values()]
        return JSONResponse({"accounts": accounts, "numbers": [n.as_json() for n in business.numbers.values()]})

    async def add_number(self, request: Request) -> Response:
        asked = await read(request, NumberBody)
        return JSONResponse(self.sim.add_number(NumberConfig(**set_fields(asked))).as_json(), 201)

    async def change_number(self, request: Request) -> Response:
        asked = await read(request, NumberChange)
        number = self.sim.business.numbers.get(request.path_params["number"])
        if number is None:
            raise HTTPException(404, "no such number")
        self.sim.change_number(number, set_fields(asked))
        return JSONResponse(number.as_json())

    async def settings(self, _request: Request) -> Response:
        """Those that may be changed."""
        config = self.sim.config
        shown = {name: getattr(config, name) for name in SettingsBody.__struct_fields__}
        return JSONResponse(msgspec.to_builtins(shown))

    async def change_settings(self, request: Request) -> Response:
        self.sim.change_settings(set_fields(await read(request, SettingsBody)))
        return await self.settings(request)

    async def tell(self, request: Request) -> Response:
        asked = await read(request, NoticeBody)
        business = self.sim.business
        number = business.find_number(asked.number) if asked.number else None
        account = told_by(business, asked.account) if asked.account else None
        value = self.sim.notices.tell(asked.field, asked.value, account=account, number=number)
        return JSONResponse({"field": asked.field, "value": value}, 202)

    async def set_template(self, request: Request) -> Response:
        asked = await read(request, TemplateBody)
        try:
            self.sim.set_template_status(request.path_params["name"], asked.language, asked.status)
        except KeyError:
            raise HTTPException(404, "no such template") from None
        return JSONResponse({"status": asked.status})
