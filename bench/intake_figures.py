"""The names, units and aims of the intake's figures."""

from bench.samples import Kind

ONE, SIXTEEN, MANY, BOT = "1 connection", "16 connections", "64 connections", "16 connections, bot on"
PACED = "1,500/s offered"
LOADS = (ONE, SIXTEEN, MANY, BOT, PACED)

ACKNOWLEDGED = Kind("Acknowledged (durable)", "webhooks/s")
FLOOR = Kind("Floor: acknowledged", "webhooks/s")
RATIO = Kind("Acknowledged / floor", "x", 2, {SIXTEEN: ">= 0.5", MANY: ">= 0.5"})
P50 = Kind("Answer, p50", "ms", 1)
P99 = Kind("Answer, p99", "ms", 1, {SIXTEEN: "< 50"})
FLOOR_P99 = Kind("Floor: answer, p99", "ms", 1)
MATERIALISED = Kind("Materialised, all by the time it took", "webhooks/s")
MEANWHILE = Kind("Materialised while the load lasted", "webhooks/s", 0, {PACED: "about 1,500"})
WAITED = Kind("Durable to materialised, p99", "s", 2)
CPU = Kind("CPU per 1,000, server + database", "CPU s", 3, {SIXTEEN: "<= 0.4", MANY: "<= 0.4"})
SERVER_CPU = Kind("CPU per 1,000, server", "CPU s", 3)
DATABASE_CPU = Kind("CPU per 1,000, database", "CPU s", 3)
FLOOR_CPU = Kind("Floor: CPU per 1,000, server + database", "CPU s", 3)
GENERATOR = Kind("Load generator's CPU", "cores", 2)
FLOOR_GENERATOR = Kind("Floor: load generator's CPU", "cores", 2)
KINDS = (
    ACKNOWLEDGED, FLOOR, RATIO, P50, P99, FLOOR_P99, MATERIALISED, MEANWHILE, WAITED, CPU, SERVER_CPU, DATABASE_CPU,
    FLOOR_CPU, GENERATOR, FLOOR_GENERATOR,
)  # fmt: skip
