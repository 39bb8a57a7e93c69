from engine.logs.detection import detect
from engine.logs.features import customer_features
from engine.logs.plan import ColumnPlan, FilePlan, ImportPlan, Lack
from engine.logs.reader import FileReport, ImportReport, LogFiles, Logs, Reason, log_span, plan_of, read_logs

__all__ = [
    "ColumnPlan", "FilePlan", "FileReport", "ImportPlan", "ImportReport", "Lack", "LogFiles", "Logs", "Reason",
    "customer_features", "detect", "log_span", "plan_of", "read_logs",
]  # fmt: skip
