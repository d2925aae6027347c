-- Message bodies, calls and results are `json`, not `jsonb` or `text`: it keeps the bytes, key order and \u0000 that
-- engines and clients send, and `text` cannot hold the last. Operators such as `->` cannot pass over \u0000 either, so
-- functions get these parts as JSON texts within their JSON argument, and cast them whole.

create table chatterd.runners (
  id uuid primary key,
  host text not null,
  pid integer not null,
  expires_at timestamptz not null
);

create table chatterd.conversations (
  id uuid primary key,
  tenant text not null,
  name text not null,
  -- JSON strings, so that they hold any text.
  title json,
  system json,
  -- The model of its newest turn.
  model json,
  -- The device's tools in order of first appearance: [[name, schema]], both as JSON texts.
  tools json not null default '[]',
  next_seq bigint not null default 1,
  -- How many messages at the start are told to the model for ever: the system messages it began with.
  pinned bigint not null default 0,
  -- The first message after the pinned ones that is still told to the model.
  cut_seq bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant, name)
);
-- With `tenant` alone in front, the index looked as good as the unique one for finding a conversation by its name, while there
-- were no statistics yet, and each look read all conversations of the tenant.
create index conversations_by_change on chatterd.conversations ((tenant || ''), updated_at, id);

create table chatterd.turns (
  id uuid primary key,
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  -- What the client asked for: {model, stream, offerTools, settings}.
  request json not null,
  status text not null check (status in ('running', 'waiting', 'completed', 'failed', 'cancelled', 'interrupted')),
  step integer not null default 0,
  error json,
  -- Its input: the messages from first_seq up to, not including, answer_seq.
  first_seq bigint not null,
  answer_seq bigint not null,
  -- The process that runs it, or ran it last.
  runner uuid not null,
  -- When it last began to run: a process that takes a turn over is given time to tell that it has it.
  run_since timestamptz not null default now(),
  cancel_requested boolean not null default false,

  -- Number of the last event in the journal.
  events integer not null default 0,
  -- How many events beyond that its process may have told already.
  lead integer not null default 64,
  -- Other processes follow it: they are signalled, and what they were told cannot be taken back.
  watched boolean not null default false,
  -- Its events are gone.
  pruned boolean not null default false,
  -- First number of what end_calls told by itself, the last time.
  calls_told integer,

  -- What the request that set its run off replaced, so that it can be withdrawn: the turn that waited, the device's tools, the
  -- conversation's system prompt and model.
  superseded uuid,
  tools_before json not null,
  system_before json,
  model_before json,
  -- Number of its last event before a request told what can be withdrawn: that its calls are answered, or that it is superseded.
  events_before integer,
  -- The answer that it went on with.
  attempt uuid,

  created_at timestamptz not null default now(),
  ended_at timestamptz
)
-- Room on its page for the many updates of a turn that runs.
with (fillfactor = 70);
create unique index turns_one_active on chatterd.turns (conversation_id) where status in ('running', 'waiting');
create index turns_running on chatterd.turns (runner) where status = 'running';
create index turns_by_conversation on chatterd.turns (conversation_id, first_seq);
create index turns_to_prune on chatterd.turns (ended_at) where ended_at is not null and not pruned;

create table chatterd.messages (
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  seq bigint not null,
  turn_id uuid,
  role text not null check (role in ('system', 'user', 'assistant')),
  -- {content, thinking?, images?}
  body json not null,
  complete boolean not null default true,
  usage json,
  created_at timestamptz not null default now(),
  primary key (conversation_id, seq)
);

-- A call and its result are one record: neither can be without the other.
create table chatterd.calls (
  conversation_id uuid not null,
  message_seq bigint not null,
  index integer not null,
  turn_id uuid,
  -- {id, name, arguments}
  request json not null,
  side text not null check (side in ('resident', 'device')),
  status text not null,
  -- What the model reads, as a JSON string.
  result json,
  -- Its tool may be started again after its process is gone; and how often it was started.
  restartable boolean not null default false,
  starts integer not null default 1,
  -- False from its answer until an event tells of it: the process that runs the turn has the next number.
  told boolean not null default true,
  -- The answer that it came with.
  attempt uuid,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (conversation_id, message_seq, index),
  foreign key (conversation_id, message_seq) references chatterd.messages on delete cascade,
  check (status in ('running', 'offered') or ended_at is not null),
  check (status in ('running', 'succeeded', 'failed', 'timed-out', 'interrupted')
    or side = 'device' and status in ('offered', 'answered', 'expired', 'superseded', 'cancelled'))
);
create index calls_by_turn on chatterd.calls (turn_id);
create index calls_open on chatterd.calls (turn_id) where status in ('running', 'offered');

-- The journal: the events of every turn, numbered from 1 without gaps, as lines that src/protocol/event-chunk.ts writes. The
-- process that runs a turn numbers them; while none does, or when a turn is taken from its process, functions do.
create table chatterd.events (
  turn_id uuid not null references chatterd.turns on delete cascade,
  first integer not null,
  count integer not null,
  -- A line each, with its end.
  body text not null,
  primary key (turn_id, first)
);

-- Requests that wait for a busy conversation, in order of arrival. Those of a process that is gone do not count.
create table chatterd.tickets (
  -- Of the turn that is to begin.
  turn_id uuid primary key,
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  place bigint generated always as identity,
  runner uuid not null,
  key text,
  digest text,
  created_at timestamptz not null default now()
);
create index tickets_by_conversation on chatterd.tickets (conversation_id, place);

-- Requests that may be sent again under a name that their client gave them (as JSON text), and the turn that each has begun,
-- or gone on with after event number `after`.
create table chatterd.keys (
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  key text not null,
  digest text not null,
  turn_id uuid not null references chatterd.turns on delete cascade,
  after integer not null,
  created_at timestamptz not null default now(),
  primary key (conversation_id, key)
);
create index keys_by_turn on chatterd.keys (turn_id);
create index keys_by_age on chatterd.keys (created_at);

-- Turns that were withdrawn before they had begun: a begin_turn that is still on its way comes too late.
create table chatterd.withdrawn (
  turn_id uuid primary key,
  at timestamptz not null default now()
);

create table chatterd.board (
  place bigint generated always as identity primary key,
  id uuid not null unique,
  -- [username, message]
  body json not null,
  created_at timestamptz not null default now()
);
