create function chatterd.lives(p_runner uuid) returns boolean language sql stable as $$
  select exists (select from chatterd.runners where id = p_runner and expires_at > now())
$$;

-- Tells that a process lives. p: {runner, host, pid, leaseMs}
create function chatterd.sign_of_life(p json) returns void language sql as $$
  insert into chatterd.runners (id, host, pid, expires_at)
  values ((p->>'runner')::uuid, p->>'host', (p->>'pid')::integer, now() + (p->>'leaseMs')::integer * interval '1 ms')
  on conflict (id) do update set expires_at = excluded.expires_at
$$;

-- A process that takes a turn lives, even where its signs of life did not come through: the database was away. To be called
-- before a conversation is locked, as heartbeat does it, or the two may wait for each other.
create function chatterd.stay_alive(p json) returns void language plpgsql as $$
begin
  if not exists (select from chatterd.runners where id = (p->>'runner')::uuid and expires_at > now()) then
    perform chatterd.sign_of_life(p);
  end if;
end $$;

-- Takes a process off the list, so that its turns need not wait for its lease. p: {runner}
create function chatterd.leave(p json) returns void language sql as $$
  delete from chatterd.runners where id = (p->>'runner')::uuid
$$;
