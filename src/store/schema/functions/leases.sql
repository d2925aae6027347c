-- True while the lease of a process has not run out. A process that does not renew it in time counts as gone.
create function chatterd.is_alive(p_runner uuid) returns boolean language sql stable as $$
  select exists (select from chatterd.runners where id = p_runner and expires_at > now())
$$;

-- Renews the lease of a process, or begins it. p: {runner, host, pid, leaseMs}; `leaseMs`: how long after the last heartbeat of a
-- process its turns have ended. The lease lasts two thirds of that: another process finds out at its next heartbeat, up to two ninths
-- later, and the rest is for the heartbeat itself.
create function chatterd.renew_lease(p json) returns void language sql as $$
  insert into chatterd.runners (id, host, pid, expires_at)
  values ((p->>'runner')::uuid, p->>'host', (p->>'pid')::integer, now() + (p->>'leaseMs')::integer * interval '1 ms' * 2 / 3)
  on conflict (id) do update set expires_at = excluded.expires_at
$$;

-- Renews the lease of a process that takes a turn, where it has run out: the process is alive, but its heartbeats did not come
-- through. Called before a conversation is locked, in the order in which heartbeat takes its locks, so that the two cannot
-- deadlock. p: as renew_lease's
create function chatterd.ensure_lease(p json) returns void language plpgsql as $$
begin
  if not exists (select from chatterd.runners where id = (p->>'runner')::uuid and expires_at > now()) then
    perform chatterd.renew_lease(p);
  end if;
end $$;

-- Renews the lease of a process whose heartbeats are late, unless others have removed it: then its turns are no longer its own.
-- p: {runner, leaseMs}
create function chatterd.keep_lease(p json) returns void language sql as $$
  update chatterd.runners
  set expires_at = greatest(expires_at, now() + (p->>'leaseMs')::integer * interval '1 ms' * 2 / 3)
  where id = (p->>'runner')::uuid
$$;

-- Ends the lease of a process that shuts down, so that nobody waits for it to run out. Returns [ended_call_row], which it has to report.
-- p: {runner}
create function chatterd.end_lease(p json) returns json language sql as $$
  delete from chatterd.runners where id = (p->>'runner')::uuid;
  select chatterd.take_ended_calls()
$$;
