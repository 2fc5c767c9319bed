"""The part of discord.py that the example bot uses, without Discord: commands come from the
environment variable DISCORD_COMMANDS, and what the bot says goes to standard output."""

import asyncio
import json
import os

from . import app_commands


class Intents:
    @staticmethod
    def none():
        return Intents()


class _Response:
    def __init__(self):
        self.deferred = False

    async def defer(self, *, ephemeral):
        assert ephemeral
        self.deferred = True


class _Followup:
    def __init__(self, response):
        self._response = response

    async def send(self, content, *, ephemeral):
        assert self._response.deferred and ephemeral
        print(json.dumps(content), flush=True)


class _User:
    def __init__(self, id):
        self.id = id


class Interaction:
    def __init__(self, id, user):
        self.id = id
        self.user = _User(user)
        self.response = _Response()
        self.followup = _Followup(self.response)


class Client:
    def __init__(self, *, intents):
        assert isinstance(intents, Intents)
        self._on_ready = None
        self.tree = None

    def event(self, function):
        assert function.__name__ == "on_ready"
        self._on_ready = function
        return function

    def run(self, token):
        assert token == os.environ["DISCORD_TOKEN"]
        asyncio.run(self._serve(json.loads(os.environ["DISCORD_COMMANDS"])))

    async def _serve(self, commands):
        await self._on_ready()
        assert self.tree.synced
        for command in commands:
            interaction = Interaction(command["id"], command["user"])
            await self.tree.commands[command["name"]](interaction, **command["options"])
