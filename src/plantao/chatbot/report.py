"""The evaluation as tables for a terminal."""

from rich.console import Console
from rich.table import Table

from plantao.chatbot.engine import Intent
from plantao.chatbot.evaluation import Evaluation


def print_report(console: Console, evaluation: Evaluation) -> None:
    console.print(_scores(evaluation), _confusion(evaluation))
    console.print(
        f"macro-F1 {evaluation.macro_f1:.3f}; calibration error {evaluation.calibration_error:.3f}; "
        f"unsure of {evaluation.unsure:.0%}",
        highlight=False,
    )


def _scores(evaluation: Evaluation) -> Table:
    table = Table("intent", "precision", "recall", "F1", "sentences", title="How well intents are understood")
    for intent, score in evaluation.scores.items():
        table.add_row(intent, *(f"{n:.2f}" for n in (score.precision, score.recall, score.f1)), str(score.support))
    return table


def _confusion(evaluation: Evaluation) -> Table:
    """Rows are what was meant, columns what was understood, by the number of the row."""
    numbers = [str(number) for number in range(1, len(Intent) + 1)]
    table = Table("", "meant", *numbers, title="What was meant, and what was understood")
    for number, meant in zip(numbers, Intent, strict=True):
        counts = [evaluation.confusion[meant, understood] for understood in Intent]
        table.add_row(number, meant, *(str(count) if count else "" for count in counts))
    return table
