-- Message bodies, calls and results are `json`, not `jsonb` or `text`: it keeps the bytes, key order and \u0000 that
-- engines and clients send, and `text` cannot hold the last. Operators such as `->` fail on \u0000 too, so functions get
-- these parts as JSON texts inside their JSON argument, and cast them whole.

-- The processes that serve this database, each until its lease runs out.
create table chatterd.runners (
  id uuid primary key,
  host text not null,
  pid integer not null,
  expires_at timestamptz not null
);

-- Always empty: a write to it shows that the database accepts writes.
create table chatterd.write_check (
  n integer
);

create table chatterd.conversations (
  id uuid primary key,
  tenant text not null,
  name text not null,
  -- JSON strings, so that they hold any text.
  title json,
  system json,
  -- The title is made from the first prompt, and not given by a client.
  title_made boolean not null default false,
  -- The model of its newest turn.
  model json,
  -- The device's tools in order of first appearance: [[name, schema]], both as JSON texts.
  tools json not null default '[]',
  -- How often they have been changed. Never set back, also where a change is withdrawn: processes know tools by it.
  tools_version bigint not null default 0,
  -- The tools whose calls a person has approved for good in this conversation: their names as JSON texts.
  approved_tools text[] not null default '{}',
  -- Its current branch. The next four columns are of this one.
  branch integer not null default 1,
  next_seq bigint not null default 1,
  -- A client has made or changed it by itself, not only by prompts: then it stays where it holds nothing.
  kept boolean not null default false,
  -- Clients watch it until then, or longer: processes are notified of its changes.
  watched_until timestamptz,
  -- How many messages at the start always stay in the prompt: the system messages that it began with.
  pinned bigint not null default 0,
  -- Number of the first message after the pinned ones that is still in the prompt.
  prompt_from bigint not null default 1,
  -- What messages, or parts of them, are left out of the prompt for, as the core has it; null where nothing is left out.
  truncation json,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant, name)
);
-- Not on `tenant` itself: without statistics, the planner takes such an index for finding a conversation by its name, and reads all
-- conversations of the tenant.
create index conversations_by_change on chatterd.conversations ((tenant || ''), updated_at, id);

-- The branches of conversations but for the first, which is number 1: a branch has the messages of another one, its parent, below
-- from_seq, and its own from there on. One without a parent has its own alone.
create table chatterd.branches (
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  number integer not null,
  parent integer,
  from_seq bigint not null,
  primary key (conversation_id, number)
);

create table chatterd.turns (
  id uuid primary key,
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  -- That of all its messages.
  branch integer not null default 1,
  -- What the client asked for: {model, stream, offerTools, settings}.
  request json not null,
  status text not null check (status in ('running', 'waiting', 'completed', 'failed', 'cancelled', 'interrupted')),
  step integer not null default 0,
  error json,
  -- Its input: the messages from first_seq up to, not including, reply_seq.
  first_seq bigint not null,
  reply_seq bigint not null,
  -- The process that runs it, or ran it last.
  runner uuid not null,
  -- When it last began to run. A process that has just taken a turn may not know of it yet when its next heartbeat names its turns.
  running_since timestamptz not null default now(),
  -- How often it has begun to run: at first, with results, or taken by another process. A process that has lost it and got it back
  -- may still have an earlier run of it, which must not write any more.
  run integer not null default 1,
  cancel_requested boolean not null default false,

  -- Number of its last event in the journal.
  last_event integer not null default 0,
  -- How many events beyond that one its process may have published.
  max_unjournaled integer not null default 64,
  -- Clients of other processes follow it: these are notified, and what they have read cannot be withdrawn.
  followed boolean not null default false,
  -- Its events have been removed from the journal.
  pruned boolean not null default false,
  -- Number of the first event that end_calls appended when it was last called.
  end_calls_event integer,

  -- What the newest request to this turn replaced, so that it can be withdrawn: the turn that waited, the device's tools (null: it
  -- brought none), the conversation's system prompt, model and time of its last change, and the number of the last event before it.
  supersedes uuid,
  tools_before json,
  system_before json,
  model_before json,
  updated_before timestamptz,
  -- Where it began a branch: what the conversation was like on the branch before (see branches.sql).
  branch_before json,
  event_before integer,
  -- The request with results that made it run again.
  results_id uuid,

  created_at timestamptz not null default now(),
  ended_at timestamptz
)
-- Free space on each page, for the many updates of a running turn.
with (fillfactor = 70);
create unique index turns_one_active on chatterd.turns (conversation_id) where status in ('running', 'waiting');
create index turns_running on chatterd.turns (runner) where status = 'running';
create index turns_by_conversation on chatterd.turns (conversation_id, branch, first_seq);
create index turns_to_prune on chatterd.turns (ended_at) where ended_at is not null and not pruned;

create table chatterd.messages (
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  branch integer not null,
  seq bigint not null,
  turn_id uuid,
  role text not null check (role in ('system', 'user', 'assistant')),
  -- {content, thinking?, images?}
  body json not null,
  complete boolean not null default true,
  usage json,
  -- Why a reply ended: stop, length, tool-calls, cancelled, error.
  finish_reason text,
  -- Its turn failed before the model replied: later prompts leave it out.
  refused boolean not null default false,
  -- Its words are in message_words.
  indexed boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (conversation_id, branch, seq)
);
create index messages_unindexed on chatterd.messages (created_at) where not indexed;

-- The words of messages, for search. Filled by heartbeats, and not when a message is added: of a long one that takes longer than a whole turn.
create table chatterd.message_words (
  conversation_id uuid not null,
  branch integer not null,
  seq bigint not null,
  words tsvector not null,
  primary key (conversation_id, branch, seq),
  foreign key (conversation_id, branch, seq) references chatterd.messages on delete cascade
);
create index message_words_by_word on chatterd.message_words using gin (words);

-- A call and its result are one row: neither can be without the other.
create table chatterd.calls (
  conversation_id uuid not null,
  branch integer not null,
  message_seq bigint not null,
  index integer not null,
  turn_id uuid,
  -- {id, name, arguments, written?, repairs?, approval?}
  request json not null,
  side text not null check (side in ('resident', 'device')),
  status text not null,
  -- What the model reads, as a JSON string.
  result json,
  -- What a model that sees reads beside it: base64 texts.
  images json,
  -- Whether its tool may be started again when its process is gone, and how often it was started.
  restartable boolean not null default false,
  starts integer not null default 1,
  -- False until a person has approved it, where one has to.
  approved boolean not null default true,
  -- False from its result, or its approval, until an event publishes it. While the turn runs, only its process can number that event.
  published boolean not null default true,
  -- True once the log of a process has, or is about to have, the end of it.
  reported boolean not null default false,
  -- The request that its result came with, or its approval.
  results_id uuid,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (conversation_id, branch, message_seq, index),
  foreign key (conversation_id, branch, message_seq) references chatterd.messages on delete cascade,
  check (status in ('running', 'offered', 'asked') or ended_at is not null),
  check (status in ('running', 'succeeded', 'failed', 'timed-out', 'interrupted', 'asked', 'denied')
    or (side = 'device' or not approved) and status in ('expired', 'superseded', 'cancelled')
    or side = 'device' and status in ('offered', 'answered'))
);
create index calls_by_turn on chatterd.calls (turn_id);
create index calls_open on chatterd.calls (turn_id) where status in ('running', 'offered', 'asked');
create index calls_unreported on chatterd.calls (ended_at) where ended_at is not null and not reported;

-- The journal: the events of every turn, numbered from 1 without gaps, in chunks of consecutive ones. The process that runs a turn
-- numbers its events; while none runs it, or when a turn is taken from its process, functions do (event-records.sql).
create table chatterd.events (
  turn_id uuid not null references chatterd.turns on delete cascade,
  first integer not null,
  count integer not null,
  -- One line an event, ended by \n.
  records text not null,
  primary key (turn_id, first)
);

-- Requests that wait for a busy conversation, also while it is emptied. Those of a process that is gone do not count.
create table chatterd.queue (
  -- The turn that the request will begin.
  turn_id uuid primary key,
  -- An emptied conversation gets another id.
  conversation_id uuid not null references chatterd.conversations on update cascade on delete cascade,
  -- The order of arrival. Requests of the same key have the same: who is left takes the place.
  number bigint generated always as identity,
  runner uuid not null,
  key text,
  digest text,
  -- Its client is sent its position: the process is notified when that may have changed.
  wants_position boolean not null default false,
  created_at timestamptz not null default now()
);
create index queue_by_conversation on chatterd.queue (conversation_id, number);

-- Requests that came with an idempotency key (a JSON text), and what each led to: the turn, and the number of the last event before.
create table chatterd.idempotency_keys (
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  key text not null,
  digest text not null,
  turn_id uuid not null references chatterd.turns on delete cascade,
  after integer not null,
  created_at timestamptz not null default now(),
  primary key (conversation_id, key)
);
create index idempotency_keys_by_turn on chatterd.idempotency_keys (turn_id);
create index idempotency_keys_by_age on chatterd.idempotency_keys (created_at);

-- Turns that were withdrawn: a begin_turn that is still on its way must not begin them.
create table chatterd.withdrawn_turns (
  turn_id uuid primary key,
  withdrawn_at timestamptz not null default now()
);

-- The public board of the classic dialect.
create table chatterd.board (
  number bigint generated always as identity primary key,
  id uuid not null unique,
  -- JSON strings.
  username json not null,
  message json not null,
  created_at timestamptz not null default now()
);
