"""An app: prepares uploaded pictures outside of requests, and deletes what no post uses."""
