-- Empties a conversation, its turns and device tools too, and starts it anew with these messages. A turn that runs in it
-- finds at its next write that it is gone. p: {tenant, conversation, conversationId, messages, pinned}
create function chatterd.reset_conversation(p json) returns void language plpgsql as $$
begin
  loop
    delete from chatterd.conversations where tenant = p->>'tenant' and name = p->>'conversation';
    insert into chatterd.conversations (id, tenant, name, pinned, cut_seq)
    values ((p->>'conversationId')::uuid, p->>'tenant', p->>'conversation', (p->>'pinned')::bigint,
            (p->>'pinned')::bigint + 1)
    on conflict (tenant, name) do nothing;
    -- Not found where another request made it anew between the two.
    exit when found;
  end loop;
  perform chatterd.append_messages((p->>'conversationId')::uuid, null, 1, p->'messages');
end $$;

-- Tells that a process lives, and ends the turns of those that do not, and its own that it does not run (a write that
-- failed left them). p: {runner, host, pid, leaseMs, live: [turn], alone}. `alone`: no other process can serve this database.
-- Returns the turns that were ended.
create function chatterd.heartbeat(p json) returns json language plpgsql as $$
declare
  lost record;
  ended uuid[] := '{}';
begin
  perform chatterd.sign_of_life(p);
  -- One that is locked gives a sign of life just now, and does the same with the others: each would wait for the other.
  delete from chatterd.runners where id in (
    select id from chatterd.runners
    where expires_at < now() or (p->>'alone')::boolean and id <> (p->>'runner')::uuid
    for update skip locked);

  for lost in
    select t.id, t.conversation_id from chatterd.turns t
    where t.status = 'running'
      and case when t.runner = (p->>'runner')::uuid
               then t.run_since < now() - (p->>'leaseMs')::integer * interval '1 ms'
                 and t.id <> all (array(select json_array_elements_text(p->'live'))::uuid[])
               else not exists (select from chatterd.runners r where r.id = t.runner) end
    order by t.conversation_id
  loop
    perform from chatterd.conversations where id = lost.conversation_id for update;
    if chatterd.interrupt_turn(lost.id) then ended := ended || lost.id; end if;
  end loop;
  return to_json(ended);
end $$;

-- Takes a process off the list, so that its turns need not wait for its lease. p: {runner}
create function chatterd.leave(p json) returns void language sql as $$
  delete from chatterd.runners where id = (p->>'runner')::uuid
$$;
