-- Clients that watch conversations are sent what happens in them. Their processes read at least once a second, and are notified of changes,
-- in whichever process: of conversations alone that are watched, so that the others cost nothing.

-- Conversations as those who watch them read them; they are watched for a minute from now on. p: [{tenant, conversation}]. Returns for each,
-- in order, {conversation: conversation_row, turns: [{turn, model, status}]}, or null where there is none. `turns`: the newest 20, the newest last.
create function chatterd.watch_conversations(p json) returns json language plpgsql as $$
begin
  -- A row that is locked just now is marked by the next read.
  with due as (
    select c.id from chatterd.conversations c
    join json_to_recordset(p) as w(tenant text, conversation text) on c.tenant = w.tenant and c.name = w.conversation
    where coalesce(c.watched_until, '-infinity') < now() + interval '30 seconds'
    for no key update of c skip locked)
  update chatterd.conversations set watched_until = now() + interval '1 minute' where id in (select id from due);

  return (
    select coalesce(json_agg(
      case when c.id is not null then json_build_object('conversation', chatterd.conversation_row(c), 'turns', t.turns) end
      order by w.number), '[]')
    from (
      select item->>'tenant' as tenant, item->>'conversation' as name, number
      from json_array_elements(p) with ordinality as g(item, number)) w
    left join chatterd.conversations c on c.tenant = w.tenant and c.name = w.name
    cross join lateral (
      select coalesce(json_agg(
        json_build_object('turn', id, 'model', chatterd.requested_model(request), 'status', status) order by id), '[]') as turns
      from (
        select id, request, status from chatterd.turns where conversation_id = c.id order by id desc limit 20) newest) t);
end $$;

-- `->` would fail on \u0000 elsewhere in the request, so this relies on the model being written first.
create function chatterd.requested_model(p_request json) returns json language sql immutable as $$
  select substring(p_request::text from '^\{"model":("([^"\\]|\\.)*")')::json
$$;

-- Notifies all processes that a conversation has changed, where it is watched.
create function chatterd.notify_watchers(p_conversation uuid) returns void language sql as $$
  select count(chatterd.notify_change(tenant, name)) from chatterd.conversations where id = p_conversation and watched_until > now()
$$;

create function chatterd.notify_change(p_tenant text, p_name text) returns void language sql as $$
  select pg_notify('chatterd', json_build_object('changed', json_build_object('tenant', p_tenant, 'name', p_name))::text)
$$;
