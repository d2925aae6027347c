-- Adds a message, and removes the oldest past the newest `keep`. p: {id, username, message, keep}; both texts are JSON texts.
create function chatterd.post_to_board(p json) returns void language sql as $$
  with posted as (
    insert into chatterd.board (id, username, message)
    values ((p->>'id')::uuid, (p->>'username')::json, (p->>'message')::json)
    returning number
  )
  -- Numbers have no gaps but those of failed statements, so this keeps `keep` messages, or a few less.
  delete from chatterd.board where number <= (select number from posted) - (p->>'keep')::bigint
$$;

-- The newest messages, oldest first: [{id, username, message, createdAt}]. Older ones are left out past `limit` messages or
-- `maxBytes` bytes of text. p: {limit, maxBytes}
create function chatterd.read_board(p json) returns json language sql stable as $$
  select coalesce(json_agg(
    json_build_object('id', id, 'username', username, 'message', message, 'createdAt', created_at) order by number), '[]')
  from (
    select *, sum(octet_length(username::text) + octet_length(message::text)) over (order by number desc) as bytes
    from (select * from chatterd.board order by number desc limit (p->>'limit')::integer) newest
  ) summed
  where bytes <= (p->>'maxBytes')::bigint
$$;
