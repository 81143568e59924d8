"""A faithful stand-in for Meta's WhatsApp Cloud API, with the customers' phones as a web page.

It is a real HTTP server of its own and knows nothing of the product it is used to try out.
"""

from plantao_simulator.config import Clock, NumberConfig, SimulatorConfig
from plantao_simulator.errors import GraphError
from plantao_simulator.factory import create_simulator
from plantao_simulator.faults import Faults, GraphFault, WebhookFaults
from plantao_simulator.server import run_server
from plantao_simulator.simulator import Simulator
from plantao_simulator.state import ChatMessage, Customer, Send, Status
from plantao_simulator.templates import Template, TemplateButton

__all__ = [
    "ChatMessage",
    "Clock",
    "Customer",
    "Faults",
    "GraphError",
    "GraphFault",
    "NumberConfig",
    "Send",
    "Simulator",
    "SimulatorConfig",
    "Status",
    "Template",
    "TemplateButton",
    "WebhookFaults",
    "create_simulator",
    "run_server",
]
