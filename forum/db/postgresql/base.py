"""PostgreSQL back end whose connections time out, behind a circuit breaker."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError

from forum.cache import circuit_breaker
from forum.db.postgresql.connections import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        super().__init__(settings_dict, alias)
        if pool := settings_dict["OPTIONS"].get("pool"):
            pool["connection_class"] = Connection

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if not self.pool:
            return super().get_new_connection(conn_params)
        if not circuit_breaker.database.allows() and not self.pool.get_stats()["pool_available"]:
            raise OperationalError("PostgreSQL did not answer a moment ago.")
        try:
            connection = super().get_new_connection(conn_params)
            while connection.has_hung_up():  # for example after a restart of the server
                connection.close()
                self.pool.putconn(connection)
                connection = super().get_new_connection(conn_params)
        except OperationalError as error:
            circuit_breaker.database.record_failure(error)
            raise
        circuit_breaker.database.record_success()
        return connection
