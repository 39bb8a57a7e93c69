from engine.logs.reader import FileReport, LogFiles, Logs, log_span, read_logs

__all__ = ["FileReport", "LogFiles", "Logs", "log_span", "read_logs"]
