"""The command ``saksi``: everything an operator does on the machine itself."""

from __future__ import annotations

import click

from server.commands.audit import audit_command
from server.commands.backup import backup_command, restore_command
from server.commands.check import check_command
from server.commands.custody import custody
from server.commands.demo import demo_command, demo_reset_command
from server.commands.directory import areas, organisations, people
from server.commands.importing import import_command
from server.commands.jobs import jobs
from server.commands.log import log
from server.commands.running import migrate_command, serve_command
from server.commands.search import search
from server.commands.storage import storage
from server.commands.tiles import tiles
from server.commands.worker import worker_command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Saksi: evidence for public works, and money that moves only behind it.

    Settings are read from SAKSI_* variables; without any, everything is kept under var/.
    """


COMMANDS = (migrate_command, serve_command, worker_command, import_command, organisations, areas, people, custody, jobs)
CARE = (check_command, backup_command, restore_command, audit_command, log)
for command in (*COMMANDS, *CARE, storage, search, tiles, demo_command, demo_reset_command):
    main.add_command(command)


if __name__ == "__main__":
    main()
