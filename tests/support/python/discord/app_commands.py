class Choice:
    def __class_getitem__(cls, _type):
        return cls

    def __init__(self, *, name, value):
        self.name = name
        self.value = value


def choices(**_choices):
    return lambda function: function


class CommandTree:
    def __init__(self, client):
        client.tree = self
        self.commands = {}
        self.synced = False

    def command(self, *, description):
        assert 1 <= len(description) <= 100

        def register(function):
            self.commands[function.__name__] = function
            return function

        return register

    async def sync(self):
        self.synced = True
