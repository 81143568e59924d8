"""The Graph API's endpoints that manage accounts, numbers and templates. Each call counts towards the hour's number."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from plantao_simulator.account import Accounts, change_profile, list_templates, profile
from plantao_simulator.blocking import Blocking
from plantao_simulator.business import Account, Number
from plantao_simulator.errors import GraphError, no_such_object
from plantao_simulator.gate import Endpoint, Gate, ok
from plantao_simulator.simulator import Simulator
from plantao_simulator.templates import Template
from plantao_simulator.wire import JsonObject

_LONGEST_URL = 200


class ManagementApi:
    """One method per endpoint."""

    def __init__(self, sim: Simulator, gate: Gate) -> None:
        self.sim = sim
        self.gate = gate
        self.accounts = Accounts(sim.business, sim.config, sim.now)
        self.blocking = Blocking(sim.world, sim.config, sim.now)

    def endpoints(self) -> list[tuple[str, str, Endpoint]]:
        """Verb and path below the node."""
        return [
            ("GET", "/message_templates", self.templates),
            ("POST", "/message_templates", self.create_template),
            ("DELETE", "/message_templates", self.delete_template),
            ("GET", "/phone_numbers", self.phone_numbers),
            ("GET", "/subscribed_apps", self.subscribed_apps),
            ("POST", "/subscribed_apps", self.subscribe),
            ("DELETE", "/subscribed_apps", self.unsubscribe),
            ("POST", "/register", self.register),
            ("POST", "/deregister", self.deregister),
            ("GET", "/whatsapp_business_profile", self.profile),
            ("POST", "/whatsapp_business_profile", self.change_profile),
            ("GET", "/block_users", self.blocked),
            ("POST", "/block_users", self.block),
            ("DELETE", "/block_users", self.unblock),
            ("POST", "/unpause", self.unpause),
        ]

    def _account(self, request: Request) -> Account:
        account = self.gate.account(request)
        self.gate.count(account)
        return account

    def _number(self, request: Request) -> Number:
        number = self.gate.number(request)
        self.gate.count(number.account)
        return number

    async def node(self, request: Request, token: str) -> Response:
        """`GET` of a number, an account or a template."""
        name, fields = request.path_params["node"], request.query_params.get("fields")
        business = self.sim.business
        if request.method == "GET" and name in business.numbers:
            return ok(self.accounts.phone(self._number(request), fields))
        if request.method == "GET" and name in business.accounts:
            return ok(self.accounts.account_fields(self._account(request)))
        account, template = self._template(request, token)
        if request.method != "GET":
            raise no_such_object(request.method, name)
        self.gate.count(account)
        return ok(template.fields(fields))

    def _template(self, request: Request, token: str) -> tuple[Account, Template]:
        name = request.path_params["node"]
        for account in self.sim.business.accounts.values():
            template = account.templates.by_id(name)
            if template is not None and self.sim.business.allows(token, account):
                return account, template
        raise no_such_object(request.method, name)

    async def change_node(self, request: Request) -> Response:
        """Edits a template, or sets a number's own webhook address."""
        token = self.gate.token(request)
        payload = await self.gate.payload(request)
        if request.path_params["node"] in self.sim.business.numbers:
            number = self._number(request)
            number.override = await self._override(payload.get("webhook_configuration") or {})
            return ok({"success": True})
        account, template = self._template(request, token)
        self.gate.count(account)
        return ok(self.sim.templates.edit(account, template, payload))

    async def unpause(self, request: Request) -> Response:
        account, template = self._template(request, self.gate.token(request))
        self.gate.count(account)
        if template.status != "PAUSED":
            return ok({"success": False, "reason": "The template is not paused."})
        self.sim.set_template_status(template.name, template.language, "APPROVED", account)
        return ok({"success": True})

    async def templates(self, request: Request) -> Response:
        account = self._account(request)
        address = str(request.url.replace(query=""))
        return ok(list_templates(account.templates, request.query_params, address))

    async def create_template(self, request: Request) -> Response:
        return ok(self.sim.templates.create(self._account(request), await self.gate.payload(request)))

    async def delete_template(self, request: Request) -> Response:
        account, query = self._account(request), request.query_params
        return ok(self.sim.templates.delete(account, query.get("name", ""), query.get("hsm_id")))

    async def phone_numbers(self, request: Request) -> Response:
        account, fields = self._account(request), request.query_params.get("fields")
        numbers = [self.accounts.phone(number, fields) for number in self.sim.business.numbers_of(account)]
        return ok({"data": numbers, "paging": {"cursors": {"before": "MA", "after": "MA"}}})

    async def subscribed_apps(self, request: Request) -> Response:
        account = self._account(request)
        app = {"id": "634974688087057", "link": "https://www.facebook.com/games/?app_id=63497", "name": "Plantao"}
        entry: JsonObject = {"whatsapp_business_api_data": app}
        if account.override:
            entry["override_callback_uri"] = account.override
        return ok({"data": [entry] if account.subscribed else []})

    async def subscribe(self, request: Request) -> Response:
        """Subscribes the app; another address is asked to prove itself first, an empty body removes it."""
        account = self._account(request)
        override = await self._override(await self.gate.payload(request))
        account.subscribed, account.override = True, override
        return ok({"success": True})

    async def _override(self, asked: JsonObject) -> str | None:
        url = asked.get("override_callback_uri")
        if not url:
            return None
        if not isinstance(url, str) or len(url) > _LONGEST_URL or not url.startswith(("https://", "http://")):
            raise GraphError(100, f"override_callback_uri must be a URL of at most {_LONGEST_URL} characters.")
        report = await self.sim.verify_webhook(url, str(asked.get("verify_token", "")))
        if not report["ok"]:
            why = f"HTTP Status Code = {report['status']}" if report["status"] else "No answer"
            message = f"(#2200) Callback verification failed with the following errors: {why}"
            raise GraphError(2200, http=400, message=message)
        return url

    async def unsubscribe(self, request: Request) -> Response:
        account = self._account(request)
        account.subscribed, account.override = False, None
        return ok({"success": True})

    async def register(self, request: Request) -> Response:
        number = self._number(request)
        return ok(self.accounts.register(number, await self.gate.whatsapp_payload(request)))

    async def deregister(self, request: Request) -> Response:
        return ok(self.accounts.deregister(self._number(request)))

    async def profile(self, request: Request) -> Response:
        return ok(profile(self._number(request), request.query_params.get("fields")))

    async def change_profile(self, request: Request) -> Response:
        return ok(change_profile(self._number(request), await self.gate.whatsapp_payload(request)))

    async def blocked(self, request: Request) -> Response:
        return ok(self.blocking.blocked(self._number(request)))

    async def block(self, request: Request) -> Response:
        return ok(self.blocking.block(self._number(request), await self.gate.whatsapp_payload(request)))

    async def unblock(self, request: Request) -> Response:
        return ok(self.blocking.unblock(self._number(request), await self.gate.whatsapp_payload(request)))
