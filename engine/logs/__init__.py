from engine.logs.features import customer_features
from engine.logs.reader import FileReport, LogFiles, Logs, log_span, read_logs

__all__ = ["FileReport", "LogFiles", "Logs", "customer_features", "log_span", "read_logs"]
