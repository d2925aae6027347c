-- Locks the conversation of a name, and makes it where there is none. p: {tenant, conversation, conversationId}
create function chatterd.lock_conversation(p json) returns chatterd.conversations language plpgsql as $$
declare
  c chatterd.conversations;
begin
  loop
    select * into c from chatterd.conversations
    where tenant = p->>'tenant' and name = p->>'conversation' for update;
    if found then return c; end if;
    -- Another request may make it meanwhile, or a reset remove it: then it is looked up again.
    insert into chatterd.conversations (id, tenant, name)
    values ((p->>'conversationId')::uuid, p->>'tenant', p->>'conversation')
    on conflict (tenant, name) do nothing returning * into c;
    if found then return c; end if;
  end loop;
end $$;

-- Removes a conversation that holds nothing. The caller has locked it.
create function chatterd.remove_if_empty(p_conversation uuid) returns void language sql as $$
  delete from chatterd.conversations c
  where id = p_conversation and next_seq = 1 and json_array_length(tools) = 0
    and title is null and system is null and model is null
    and not exists (select from chatterd.turns where conversation_id = c.id)
    and not exists (select from chatterd.queue where conversation_id = c.id)
$$;

-- Empties a conversation, with its turns and device tools, and begins it anew with these messages. A process that runs a turn in it
-- finds that out at its next write. p: {tenant, conversation, conversationId, messages, pinned}
create function chatterd.reset_conversation(p json) returns void language plpgsql as $$
declare
  old uuid;
begin
  loop
    select id into old from chatterd.conversations
    where tenant = p->>'tenant' and name = p->>'conversation' for update;
    if found then perform chatterd.delete_conversation(old); end if;
    insert into chatterd.conversations (id, tenant, name, pinned, prompt_from)
    values ((p->>'conversationId')::uuid, p->>'tenant', p->>'conversation', (p->>'pinned')::bigint,
            (p->>'pinned')::bigint + 1)
    on conflict (tenant, name) do nothing;
    -- Not found where another request made it between the two statements.
    exit when found;
  end loop;
  perform chatterd.append_messages((p->>'conversationId')::uuid, null, 1, p->'messages');
end $$;

-- Removes a conversation with all that it holds; false where there was none. p: {tenant, conversation}
create function chatterd.remove_conversation(p json) returns boolean language plpgsql as $$
declare
  old uuid;
begin
  select id into old from chatterd.conversations where tenant = p->>'tenant' and name = p->>'conversation' for update;
  if not found then return false; end if;
  perform chatterd.delete_conversation(old);
  return true;
end $$;

-- Deletes a conversation that the caller has locked, and notifies those who follow its turns or wait in its queue.
create function chatterd.delete_conversation(p_conversation uuid) returns void language plpgsql as $$
begin
  perform from chatterd.turns where conversation_id = p_conversation order by id for update;
  perform chatterd.notify_events(array(
    select id from chatterd.turns
    where conversation_id = p_conversation and followed and status in ('running', 'waiting')));
  perform chatterd.notify_next_in_queue(p_conversation, null);
  delete from chatterd.conversations where id = p_conversation;
end $$;
