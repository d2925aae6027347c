-- p: {id, body}; body is the JSON text of [username, message].
create function chatterd.post_to_board(p json) returns void language sql as $$
  insert into chatterd.board (id, body) values ((p->>'id')::uuid, (p->>'body')::json)
$$;

-- The newest messages, oldest first: [[id, [username, message], created_at]]. p: {limit, maxBytes}; older ones are left out.
create function chatterd.read_board(p json) returns json language sql stable as $$
  select coalesce(json_agg(json_build_array(id, body, created_at) order by place), '[]')
  from (
    select *, sum(octet_length(body::text)) over (order by place desc) as bytes
    from (select * from chatterd.board order by place desc limit (p->>'limit')::integer) newest
  ) summed
  where bytes <= (p->>'maxBytes')::bigint
$$;
