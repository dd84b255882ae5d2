class BackupError(Exception):
    """Backup or restore failed; str() tells the owner what went wrong and what to do."""
