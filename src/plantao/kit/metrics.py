"""Every Prometheus metric, defined once. docs/api.md lists them; a test holds the two together."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_REQUESTS = Counter("http_requests_total", "HTTP requests answered", ["method", "route", "status"])
HTTP_DURATION = Histogram(
    "http_request_duration_seconds",
    "Time from a request's headers to its answer, in seconds",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
RATE_LIMITED = Counter("plantao_rate_limited_total", "Requests refused because of a rate", ["limit"])
RATE_LIMIT_FALLBACKS = Counter(
    "plantao_rate_limit_fallbacks_total", "Rates asked of this process's memory because Redis was away"
)
CONNECTIONS_REFUSED = Counter("plantao_connections_refused_total", "Connections beyond the bound, answered 503")
WEBSOCKETS = Gauge("websocket_connections_active", "Open WebSocket connections of this process")
WEBSOCKETS_CLOSED = Counter("plantao_websocket_closed_total", "WebSocket connections that the server closed", ["code"])
CONVERSATIONS_ACTIVE = Gauge("conversations_active_total", "Conversations in progress")
USERS_DATABASE_UP = Gauge("plantao_users_database_up", "0 while the users' own database does not answer, else 1")
USERS_DATABASE_UP.set(1)
MESSAGES_SENT = Counter("messages_sent_total", "Outgoing messages by what became of the attempt", ["outcome"])
MEDIA_FETCHES = Counter("plantao_media_fetches_total", "Customers' files by what became of the attempt", ["outcome"])
MEDIA_PENDING = Gauge("plantao_media_pending", "Customers' files not yet fetched from Meta")
CHATBOT_RESPONSES = Counter("chatbot_responses_total", "The bot's turns by what became of them", ["engine", "outcome"])
CHATBOT_FALLBACKS = Counter(
    "plantao_chatbot_fallbacks_total", "Turns that an engine left to the offline one, by why", ["engine", "reason"]
)
CHATBOT_TOKENS = Counter("plantao_chatbot_tokens_total", "Tokens paid for", ["engine", "direction"])
LEDGER_RECEIVED = Counter("plantao_ledger_received_total", "Webhook bodies committed to the ledger")
LEDGER_MATERIALISED = Counter("plantao_ledger_materialised_total", "Ledger rows turned into messages")
LEDGER_PARKED = Counter("plantao_ledger_parked_total", "Items put aside because they could not be read")
UNKNOWN_NUMBER = Counter(
    "plantao_whatsapp_unknown_number_total", "Messages to a number that is not in the settings, put aside"
)
NUMBERS_STOPPED = Gauge(
    "plantao_whatsapp_numbers_stopped", "Business numbers by which Meta lets nothing be sent, by why", ["reason"]
)
LEDGER_PENDING = Gauge("plantao_ledger_pending", "Ledger rows not yet materialised: received - materialised")
GROUP_MESSAGES = Counter("plantao_whatsapp_group_messages_total", "Messages of WhatsApp groups, which are ignored")
OUTBOX_PENDING = Gauge("plantao_outbox_pending", "Outgoing messages not yet accepted by Meta")
WHATSAPP_ALERTS = Counter("plantao_whatsapp_alerts_total", "Alerts of Meta about our account", ["severity"])
for _severity in ("info", "warning", "critical"):
    WHATSAPP_ALERTS.labels(_severity)  # from the start: a first alert is an increase
QUEUE_DEPTH = Gauge("plantao_queue_depth", "Conversations that wait for a person")
