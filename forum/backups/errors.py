class BackupError(Exception):
    """Backup or restore failed; its text explains to the owner what went wrong and what to do."""
