"""A server like S3's in a separate process, with a bucket."""

import subprocess
import sys
import urllib.request

import boto3

from tests.support.polling import until
from tests.support.server import free_port

KEYS = {"access_key": "key", "secret_key": "secret", "region_name": "us-east-1"}


class BucketServer:
    def __init__(self):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.options = {"bucket_name": "parley", "endpoint_url": self.address, **KEYS}

    def start(self):
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, **quiet)
        until(self.answers)
        self.client = boto3.client(
            "s3",
            endpoint_url=self.address,
            aws_access_key_id=KEYS["access_key"],
            aws_secret_access_key=KEYS["secret_key"],
            region_name=KEYS["region_name"],
        )
        self.client.create_bucket(Bucket="parley")
        return self

    def answers(self):
        try:
            return urllib.request.urlopen(f"{self.address}/moto-api/").status == 200
        except OSError:
            return False

    def names(self):
        listed = self.client.list_objects_v2(Bucket="parley")
        return {one["Key"] for one in listed.get("Contents", [])}

    def stop(self):
        self.process.kill()
        self.process.wait()
