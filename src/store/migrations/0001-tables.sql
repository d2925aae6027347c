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

create table chatterd.turns (
  id uuid primary key,
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  -- What the client asked for: {model, stream, offerTools, settings}.
  request json not null,
  status text not null check (status in ('running', 'waiting', 'completed', 'failed', 'cancelled', 'interrupted')),
  step integer not null default 0,
  -- The process that runs it, or ran it last.
  runner uuid not null,
  -- Its input: the messages from first_seq up to, not including, answer_seq.
  first_seq bigint not null,
  answer_seq bigint not null,
  -- What the request that set its run off replaced, so that it can be withdrawn: the turn that waited, the device's tools.
  superseded uuid,
  tools_before json not null,
  error json,
  -- When it last began to run: a process that takes a turn over is given time to tell that it has it.
  run_since timestamptz not null default now(),
  created_at timestamptz not null default now(),
  ended_at timestamptz
);

create unique index turns_one_active on chatterd.turns (conversation_id) where status in ('running', 'waiting');
create index turns_running on chatterd.turns (runner) where status = 'running';
create index turns_by_conversation on chatterd.turns (conversation_id, first_seq);

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

create table chatterd.board (
  place bigint generated always as identity primary key,
  id uuid not null unique,
  -- [username, message]
  body json not null,
  created_at timestamptz not null default now()
);
