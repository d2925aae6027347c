-- The whole schema as it is after the last migration, for readers: nothing runs this file. `npm run schema` writes it, from
-- tables/ and functions/, where the comments are.

create table chatterd.board (
  number bigint generated always as identity not null,
  id uuid not null,
  username json not null,
  message json not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (number),
  UNIQUE (id)
);

create table chatterd.branches (
  conversation_id uuid not null,
  number integer not null,
  parent integer,
  from_seq bigint not null,
  PRIMARY KEY (conversation_id, number),
  FOREIGN KEY (conversation_id) REFERENCES chatterd.conversations(id) ON DELETE CASCADE
);

create table chatterd.calls (
  conversation_id uuid not null,
  branch integer not null,
  message_seq bigint not null,
  index integer not null,
  turn_id uuid,
  request json not null,
  side text not null,
  status text not null,
  result json,
  images json,
  restartable boolean not null default false,
  starts integer not null default 1,
  approved boolean not null default true,
  published boolean not null default true,
  reported boolean not null default false,
  results_id uuid,
  created_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  PRIMARY KEY (conversation_id, branch, message_seq, index),
  CHECK (((status = ANY (ARRAY['running'::text, 'offered'::text, 'asked'::text])) OR (ended_at IS NOT NULL))),
  CHECK (((status = ANY (ARRAY['running'::text, 'succeeded'::text, 'failed'::text, 'timed-out'::text, 'interrupted'::text, 'asked'::text, 'denied'::text])) OR (((side = 'device'::text) OR (NOT approved)) AND (status = ANY (ARRAY['expired'::text, 'superseded'::text, 'cancelled'::text]))) OR ((side = 'device'::text) AND (status = ANY (ARRAY['offered'::text, 'answered'::text]))))),
  CHECK ((side = ANY (ARRAY['resident'::text, 'device'::text]))),
  FOREIGN KEY (conversation_id, branch, message_seq) REFERENCES chatterd.messages(conversation_id, branch, seq) ON DELETE CASCADE
);
CREATE INDEX calls_by_turn ON chatterd.calls USING btree (turn_id);
CREATE INDEX calls_open ON chatterd.calls USING btree (turn_id) WHERE (status = ANY (ARRAY['running'::text, 'offered'::text, 'asked'::text]));
CREATE INDEX calls_unreported ON chatterd.calls USING btree (ended_at) WHERE ((ended_at IS NOT NULL) AND (NOT reported));

create table chatterd.conversations (
  id uuid not null,
  tenant text not null,
  name text not null,
  title json,
  system json,
  title_made boolean not null default false,
  model json,
  tools json not null default '[]'::json,
  tools_version bigint not null default 0,
  approved_tools text[] not null default '{}'::text[],
  branch integer not null default 1,
  next_seq bigint not null default 1,
  kept boolean not null default false,
  watched_until timestamp with time zone,
  pinned bigint not null default 0,
  prompt_from bigint not null default 1,
  truncation json,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  PRIMARY KEY (id),
  UNIQUE (tenant, name)
);
CREATE INDEX conversations_by_change ON chatterd.conversations USING btree (((tenant || ''::text)), updated_at, id);

create table chatterd.events (
  turn_id uuid not null,
  first integer not null,
  count integer not null,
  records text not null,
  PRIMARY KEY (turn_id, first),
  FOREIGN KEY (turn_id) REFERENCES chatterd.turns(id) ON DELETE CASCADE
);

create table chatterd.functions (
  version integer not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now()
);

create table chatterd.idempotency_keys (
  conversation_id uuid not null,
  key text not null,
  digest text not null,
  turn_id uuid not null,
  after integer not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (conversation_id, key),
  FOREIGN KEY (conversation_id) REFERENCES chatterd.conversations(id) ON DELETE CASCADE,
  FOREIGN KEY (turn_id) REFERENCES chatterd.turns(id) ON DELETE CASCADE
);
CREATE INDEX idempotency_keys_by_age ON chatterd.idempotency_keys USING btree (created_at);
CREATE INDEX idempotency_keys_by_turn ON chatterd.idempotency_keys USING btree (turn_id);

create table chatterd.message_words (
  conversation_id uuid not null,
  branch integer not null,
  seq bigint not null,
  words tsvector not null,
  PRIMARY KEY (conversation_id, branch, seq),
  FOREIGN KEY (conversation_id, branch, seq) REFERENCES chatterd.messages(conversation_id, branch, seq) ON DELETE CASCADE
);
CREATE INDEX message_words_by_word ON chatterd.message_words USING gin (words);

create table chatterd.messages (
  conversation_id uuid not null,
  branch integer not null,
  seq bigint not null,
  turn_id uuid,
  role text not null,
  body json not null,
  complete boolean not null default true,
  usage json,
  finish_reason text,
  refused boolean not null default false,
  indexed boolean not null default false,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (conversation_id, branch, seq),
  CHECK ((role = ANY (ARRAY['system'::text, 'user'::text, 'assistant'::text]))),
  FOREIGN KEY (conversation_id) REFERENCES chatterd.conversations(id) ON DELETE CASCADE
);
CREATE INDEX messages_unindexed ON chatterd.messages USING btree (created_at) WHERE (NOT indexed);

create table chatterd.migrations (
  number integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now(),
  PRIMARY KEY (number)
);

create table chatterd.queue (
  turn_id uuid not null,
  conversation_id uuid not null,
  number bigint generated always as identity not null,
  runner uuid not null,
  key text,
  digest text,
  wants_position boolean not null default false,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (turn_id),
  FOREIGN KEY (conversation_id) REFERENCES chatterd.conversations(id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX queue_by_conversation ON chatterd.queue USING btree (conversation_id, number);

create table chatterd.runners (
  id uuid not null,
  host text not null,
  pid integer not null,
  expires_at timestamp with time zone not null,
  PRIMARY KEY (id)
);

create table chatterd.turns (
  id uuid not null,
  conversation_id uuid not null,
  branch integer not null default 1,
  request json not null,
  status text not null,
  step integer not null default 0,
  error json,
  first_seq bigint not null,
  reply_seq bigint not null,
  runner uuid not null,
  running_since timestamp with time zone not null default now(),
  run integer not null default 1,
  cancel_requested boolean not null default false,
  last_event integer not null default 0,
  max_unjournaled integer not null default 64,
  followed boolean not null default false,
  pruned boolean not null default false,
  end_calls_event integer,
  supersedes uuid,
  tools_before json,
  system_before json,
  model_before json,
  updated_before timestamp with time zone,
  branch_before json,
  event_before integer,
  results_id uuid,
  created_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  PRIMARY KEY (id),
  CHECK ((status = ANY (ARRAY['running'::text, 'waiting'::text, 'completed'::text, 'failed'::text, 'cancelled'::text, 'interrupted'::text]))),
  FOREIGN KEY (conversation_id) REFERENCES chatterd.conversations(id) ON DELETE CASCADE
);
CREATE INDEX turns_by_conversation ON chatterd.turns USING btree (conversation_id, branch, first_seq);
CREATE UNIQUE INDEX turns_one_active ON chatterd.turns USING btree (conversation_id) WHERE (status = ANY (ARRAY['running'::text, 'waiting'::text]));
CREATE INDEX turns_running ON chatterd.turns USING btree (runner) WHERE (status = 'running'::text);
CREATE INDEX turns_to_prune ON chatterd.turns USING btree (ended_at) WHERE ((ended_at IS NOT NULL) AND (NOT pruned));

create table chatterd.withdrawn_turns (
  turn_id uuid not null,
  withdrawn_at timestamp with time zone not null default now(),
  PRIMARY KEY (turn_id)
);

create table chatterd.write_check (
  n integer
);

-- Functions:
-- add_approved_tools(p_conversation uuid, p json) returns void
-- adopt_turn(p_turn uuid, p json) returns void
-- append_call_ends(p_turn uuid) returns json
-- append_call_ends_and_waiting(p_turn uuid) returns json
-- append_events(p_turn uuid, p_records text) returns json
-- append_messages(p_conversation uuid, p_turn uuid, p_branch integer, p_seq bigint, p_messages json, p_bodies json[]) returns bigint
-- begin_turn(p_all json, p_bodies json[]) returns json
-- begun_state(p_conversation uuid, p json, p_earlier boolean) returns json
-- branch_end(c chatterd.conversations, p_branch integer) returns bigint
-- branch_forks(p_conversation uuid, p_first bigint, p_before bigint) returns TABLE(from_seq bigint, origin integer, numbers integer[])
-- branch_off(c chatterd.conversations, p_after bigint) returns chatterd.conversations
-- branch_path(p_conversation uuid, p_branch integer) returns TABLE(branch integer, from_seq bigint, to_seq bigint)
-- branch_state(c chatterd.conversations) returns json
-- call_end_record(p_request json, p_status text, p_result json, p_took interval) returns text
-- call_id_json(p_request json) returns text
-- call_record(k chatterd.calls) returns text
-- call_row(k chatterd.calls) returns json
-- can_reopen(p_turn uuid) returns boolean
-- cancel_idle_turn(p json) returns void
-- cancel_turn(p json) returns json
-- cancel_waiting_turn(p_turn uuid, p_calls text) returns void
-- change_conversation(p json) returns json
-- check_digest(p_digest text, p json) returns void
-- close_calls(p_turn uuid, p_waiting text) returns text
-- conversation_row(c chatterd.conversations) returns json
-- empty_conversation(p_conversation uuid, p_id uuid) returns json
-- empty_siblings(p_conversation uuid, p_branch integer, p_next_seq bigint) returns json
-- end_calls(p json) returns json
-- end_lease(p json) returns json
-- end_step(p_all json, p_bodies json[]) returns bigint
-- end_turn(p json, p_bodies json[]) returns json
-- ended_call_row(k chatterd.calls) returns json
-- enqueue(p_conversation uuid, p json) returns void
-- ensure_lease(p json) returns void
-- exact_time(p_time timestamp with time zone) returns text
-- expire_calls(p json, p_room integer) returns uuid[]
-- export_messages(p json) returns json
-- find_conversation(p json) returns json
-- find_earlier_begin(p_conversation uuid, p json) returns json
-- find_replay(p json) returns json
-- find_turn(p json) returns json
-- has_events(p_turn uuid, p_events json) returns boolean
-- has_to_wait(p_turn uuid) returns boolean
-- has_tools(c chatterd.conversations, p json) returns boolean
-- have_results(t chatterd.turns, p_results json) returns boolean
-- heartbeat(p json) returns json
-- improve_title(p json) returns json
-- index_messages(p_ms integer) returns void
-- input_again(c chatterd.conversations, p_after bigint, OUT after bigint, OUT messages json, OUT bodies json[]) returns record
-- insert_events(t chatterd.turns, p_events json) returns integer
-- interrupt_turn(p_turn uuid, p_status text) returns boolean
-- is_alive(p_runner uuid) returns boolean
-- is_behind_others(p_conversation uuid, p_turn uuid) returns boolean
-- keep_lease(p json) returns void
-- leave_queue(p json) returns void
-- list_conversations(p json) returns json
-- lock_conversation(p json) returns chatterd.conversations
-- lock_own_turn(p json) returns chatterd.turns
-- match_key(p_conversation uuid, p json) returns json
-- merge_tools(p_old json, p_new json, p_max integer) returns json
-- message_row(m chatterd.messages) returns json
-- newest_turn(p json) returns json
-- notify_cancel(t chatterd.turns) returns void
-- notify_change(p_tenant text, p_name text) returns void
-- notify_events(p_turns uuid[]) returns void
-- notify_key(p_conversation uuid, p_key text) returns void
-- notify_next_in_queue(p_conversation uuid, p_runner uuid) returns void
-- notify_positions(p_conversation uuid, p_runner uuid) returns void
-- notify_watchers(p_conversation uuid) returns void
-- plain_words(p_text text) returns text
-- post_to_board(p json) returns void
-- prune(p json) returns void
-- publish_call_ends(p_turn uuid) returns text
-- queue_position(p json) returns bigint
-- raise_turn_lost() returns void
-- read_board(p json) returns json
-- read_events(p json) returns json
-- read_messages(p json) returns json
-- recover_turns(p json, OUT ended uuid[], OUT adopted uuid[]) returns record
-- remove_branch(t chatterd.turns) returns void
-- remove_conversation(p json) returns json
-- remove_if_empty(p_conversation uuid) returns void
-- renew_lease(p json) returns void
-- reopen_turn(p_turn uuid) returns void
-- requested_model(p_request json) returns json
-- reset_conversation(p json, p_bodies json[]) returns json
-- save_key(p_conversation uuid, p_turn uuid, p_after integer, p json) returns void
-- search_conversations(p json) returns json
-- search_query(p_words text) returns tsquery
-- searched_text(p_json json) returns text
-- shared_until(c chatterd.conversations, p_branch integer) returns bigint
-- store_results(p json) returns json
-- switch_branch(c chatterd.conversations, p_branch integer) returns void
-- take_ended_calls() returns json
-- text_around(p_json json, p_branch integer, p_seq bigint, p_pattern text) returns json
-- truncate_events(p_turn uuid) returns void
-- turn_end_record(p_status text, p_error json) returns text
-- turn_state(p_conversation uuid, p_turn uuid, p_after bigint, p_before bigint DEFAULT '9223372036854775807'::bigint, p_without_tools boolean DEFAULT false) returns json
-- unfinished_reply(p_turn uuid) returns text
-- watch_conversations(p json) returns json
-- withdraw_turn(p json) returns json
-- words_of(p_json json) returns tsvector
-- write_events(p json) returns json
