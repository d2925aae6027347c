"""The main flow of the native dialect with a client that openapi-python-client has made, named `chatterd`: python main_flow.py URL"""

import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from uuid import UUID, uuid4

from chatterd import models
from chatterd.api.catalog import list_models, list_tools
from chatterd.api.conversations import change_conversation, list_conversations, list_messages
from chatterd.api.turns import begin_turn, cancel_turn, follow_turn, get_turn, post_results
from chatterd.client import Client
from chatterd.types import Unset

EVENTS = {
    "turn-start": (models.TurnStartEvent, models.TurnStart),
    "step-start": (models.StepStartEvent, models.StepStart),
    "text-delta": (models.TextDeltaEvent, models.TextDelta),
    "thinking-delta": (models.ThinkingDeltaEvent, models.ThinkingDelta),
    "call-start": (models.CallStartEvent, models.CallStart),
    "call-approved": (models.CallApprovedEvent, models.CallApproved),
    "call-end": (models.CallEndEvent, models.CallEnd),
    "step-end": (models.StepEndEvent, models.StepEnd),
    "turn-waiting": (models.TurnWaitingEvent, models.TurnWaiting),
    "notice": (models.NoticeEvent, models.Notice),
    "turn-end": (models.TurnEndEvent, models.TurnEnd),
}


def events_of(lines: Iterator[str]) -> Iterator[tuple]:
    """The server-sent events of some lines: each event, and its data, as the types of the client."""
    fields: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            event_type, data_type = EVENTS[fields["event"]]
            event = event_type.from_dict(fields)
            yield event, data_type.from_dict(json.loads(event.data))
            fields = {}


def main(url: str) -> None:
    client = Client(base_url=url, raise_on_unexpected_status=True)
    name = "python"
    prompt = models.TurnBody(
        input_="Where am I?",
        tools=[models.PostedTool(name="get_location", description="Get current location")],
    )

    # Without `Accept: text/event-stream` a prompt gets its turn.
    begun = begin_turn.sync_detailed(name, client=client, body=prompt, idempotency_key=str(uuid4()))
    assert begun.status_code == HTTPStatus.ACCEPTED, begun
    turn = begun.parsed
    assert isinstance(turn, models.Turn) and turn.conversation == name, turn

    # Its events come as they happen; the device's result is sent while they are read.
    calls: list[models.CallStart] = []
    text = ""
    last_id, end = "", None
    request = follow_turn._get_kwargs(turn.id)
    with client.get_httpx_client().stream(**request) as response:
        for event, data in events_of(response.iter_lines()):
            last_id = event.id
            match data:
                case models.CallStart():
                    calls.append(data)
                case models.TurnWaiting(calls=[call_id]):
                    result = models.CallResult(call_id=call_id, output={"lat": 42.29, "lon": -83.71})
                    stored = post_results.sync(turn.id, client=client, body=models.ResultsBody([result]))
                    assert isinstance(stored, models.Turn), stored
                case models.TextDelta():
                    text += data.text
                case models.TurnEnd():
                    end = data
    assert [(call.name, call.side) for call in calls] == [("get_location", models.CallSide.DEVICE)], calls
    assert "42.29" in text, text
    assert end is not None and end.status is models.TurnEndStatus.COMPLETED, end
    rest = follow_turn.sync_detailed(turn.id, client=client, last_event_id=last_id)
    assert rest.status_code == HTTPStatus.NO_CONTENT, rest

    read = get_turn.sync(turn.id, client=client)
    assert isinstance(read, models.Turn), read
    assert read.status is models.TurnStatus.COMPLETED and read.steps == 2, read
    assert [call.status for call in read.calls] == [models.CallStatus.ANSWERED], read
    assert not isinstance(read.ended_at, Unset), read

    page = list_messages.sync(name, client=client, limit=2)
    assert isinstance(page, models.MessagePage), page
    roles = [message.role for message in page.messages]
    assert roles == [models.MessageRole.ASSISTANT, models.MessageRole.ASSISTANT], page
    assert isinstance(page.before, int), page
    older = list_messages.sync(name, client=client, before=page.before)
    assert isinstance(older, models.MessagePage) and older.messages[0].content == "Where am I?", older

    # With the header it gets the events; here all at once, when the turn has ended.
    streaming = Client(base_url=url, headers={"Accept": "text/event-stream"})
    greeting = models.InputMessage(models.MessageRole.USER, "Hello")
    streamed = begin_turn.sync(name, client=streaming, body=models.TurnBody(input_=[greeting], tools=[]))
    assert isinstance(streamed, str), streamed
    assert [event.event for event, _ in events_of(iter(streamed.split("\n")))][-1] == "turn-end", streamed

    waiting = begin_turn.sync(name, client=client, body=prompt)
    assert isinstance(waiting, models.Turn), waiting
    cancelled = cancel_turn.sync(waiting.id, client=client)
    assert isinstance(cancelled, models.Turn) and cancelled.status is models.TurnStatus.CANCELLED, cancelled

    changed = change_conversation.sync(
        name, client=client, body=models.ChangeBody(title="A talk", tools=None)
    )
    assert isinstance(changed, models.Conversation) and changed.title == "A talk" and changed.tools == [], (
        changed
    )
    conversations = list_conversations.sync(client=client)
    assert isinstance(conversations, models.ConversationPage), conversations
    assert name in [conversation.name for conversation in conversations.conversations], conversations

    catalog = list_models.sync(client=client)
    assert isinstance(catalog, models.ModelList) and catalog.models[0].name == "demo", catalog
    tools = list_tools.sync(client=client)
    assert isinstance(tools, models.ToolList) and tools.tools[0].limits.timeout_ms > 0, tools

    unknown = get_turn.sync(UUID(int=0), client=client)
    assert isinstance(unknown, models.Problem) and unknown.code is models.ErrorCode.NOT_FOUND, unknown


main(sys.argv[1])
