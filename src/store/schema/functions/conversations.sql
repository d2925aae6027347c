-- Locks the conversation of a name; there is one after this. p: {tenant, conversation, conversationId}
create function chatterd.open_conversation(p json) returns chatterd.conversations language plpgsql as $$
declare
  c chatterd.conversations;
begin
  loop
    select * into c from chatterd.conversations
    where tenant = p->>'tenant' and name = p->>'conversation' for update;
    if found then return c; end if;
    -- Another request may do the same, or a reset remove it: then it is looked for again.
    insert into chatterd.conversations (id, tenant, name)
    values ((p->>'conversationId')::uuid, p->>'tenant', p->>'conversation')
    on conflict (tenant, name) do nothing returning * into c;
    if found then return c; end if;
  end loop;
end $$;

-- Removes a conversation that nothing is left of. The caller has locked it.
create function chatterd.remove_empty(p_conversation uuid) returns void language sql as $$
  delete from chatterd.conversations c
  where id = p_conversation and next_seq = 1 and json_array_length(tools) = 0
    and title is null and system is null and model is null
    and not exists (select from chatterd.turns where conversation_id = c.id)
    and not exists (select from chatterd.tickets where conversation_id = c.id)
$$;

-- Locks the turns of a conversation that is to be removed, and tells those who follow them or wait for it. The caller has
-- locked it.
create function chatterd.leave_conversation(p_conversation uuid) returns void language plpgsql as $$
begin
  perform from chatterd.turns where conversation_id = p_conversation order by id for update;
  perform chatterd.signal_events(array(
    select id from chatterd.turns
    where conversation_id = p_conversation and watched and status in ('running', 'waiting')));
  perform chatterd.signal_free(p_conversation, null);
end $$;

-- Empties a conversation, its turns and device tools too, and starts it anew with these messages. A turn that runs in it
-- finds at its next write that it is gone. p: {tenant, conversation, conversationId, messages, pinned}
create function chatterd.reset_conversation(p json) returns void language plpgsql as $$
declare
  old uuid;
begin
  loop
    select id into old from chatterd.conversations
    where tenant = p->>'tenant' and name = p->>'conversation' for update;
    if found then
      perform chatterd.leave_conversation(old);
      delete from chatterd.conversations where id = old;
    end if;
    insert into chatterd.conversations (id, tenant, name, pinned, cut_seq)
    values ((p->>'conversationId')::uuid, p->>'tenant', p->>'conversation', (p->>'pinned')::bigint,
            (p->>'pinned')::bigint + 1)
    on conflict (tenant, name) do nothing;
    -- Not found where another request made it anew between the two.
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
  perform chatterd.leave_conversation(old);
  delete from chatterd.conversations where id = old;
  return true;
end $$;
