-- The messages of a conversation from its beginning on, a page at a time, with their calls: {id, messages, calls} as read_messages has them, and the
-- conversation's id; null where there is none, or it has another id than p says: it was emptied since. Of all branches, where p says `all`,
-- one after the other; else of the current one. The branches of a path have rising numbers, so one order serves both. A page has at most
-- 50 messages, all of one branch, and ends with the first one past some 4 MB. p: {tenant, conversation, id?, all, after?: {branch, seq}}
create function chatterd.export_messages(p json) returns json language plpgsql stable as $$
declare
  c chatterd.conversations;
  all_branches boolean := p->>'all';
  after_branch integer := coalesce((p->'after'->>'branch')::integer, 0);
  after_seq bigint := coalesce((p->'after'->>'seq')::bigint, 0);
begin
  select * into c from chatterd.conversations where tenant = p->>'tenant' and name = p->>'conversation';
  if not found or c.id <> (p->>'id')::uuid then return null; end if;
  return (
    with path as materialized (select * from chatterd.branch_path(c.id, c.branch)),
    next as materialized (
      select m.branch, m.seq, octet_length(m.body::text) as bytes from chatterd.messages m
      where m.conversation_id = c.id and (m.branch, m.seq) > (after_branch, after_seq)
        and (all_branches or exists (
          select from path where path.branch = m.branch and m.seq >= path.from_seq and m.seq <= path.to_seq))
      order by m.branch, m.seq limit 50),
    page as materialized (
      select branch, seq from (
        select branch, seq, sum(bytes) over (order by branch, seq) - bytes as before from next) summed
      where before < 4000000 and branch = (select min(branch) from next))
    select json_build_object('id', c.id,
      'messages', (
        select coalesce(json_agg(json_build_object('message', chatterd.message_row(m), 'createdAt', chatterd.exact_time(m.created_at),
          'branch', m.branch, 'siblings', f.numbers) order by m.branch, m.seq), '[]')
        from page
        join chatterd.messages m on m.conversation_id = c.id and m.branch = page.branch and m.seq = page.seq
        left join chatterd.branch_forks(c.id, 0, 9223372036854775807) f on f.from_seq = m.seq and m.branch = any (f.numbers)),
      'calls', (
        select coalesce(json_agg(chatterd.call_row(k) order by k.message_seq, k.index), '[]')
        from page
        join chatterd.calls k on k.conversation_id = c.id and k.branch = page.branch and k.message_seq = page.seq)));
end $$;
