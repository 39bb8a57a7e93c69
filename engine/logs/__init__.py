from engine.logs.detection import detect, detect_table
from engine.logs.features import customer_features
from engine.logs.plan import ColumnPlan, FilePlan, ImportPlan, Lack
from engine.logs.plan_file import load_plan, save_plan
from engine.logs.preview import Preview, PreviewReason, preview
from engine.logs.probing import Dialect
from engine.logs.reader import FileReport, ImportReport, LogFiles, Logs, Reason, log_span, plan_of, read_logs

__all__ = [
    "ColumnPlan", "Dialect", "FilePlan", "FileReport", "ImportPlan", "ImportReport", "Lack", "LogFiles", "Logs",
    "Preview", "PreviewReason", "Reason", "customer_features", "detect", "detect_table", "load_plan", "log_span",
    "plan_of", "preview", "read_logs", "save_plan",
]  # fmt: skip
