-- With `tenant` alone in front, the index looked as good as the unique one for finding a conversation by its name, while there
-- were no statistics yet, and each look read all conversations of the tenant.
drop index chatterd.conversations_by_change;
create index conversations_by_change on chatterd.conversations ((tenant || ''), updated_at, id);

-- As before.
create or replace function chatterd.list_conversations(p json) returns json language sql stable as $$
  select coalesce(json_agg(chatterd.conversation_row(c) order by c.updated_at desc, c.id desc), '[]')
  from (
    select * from chatterd.conversations
    where tenant || '' = p->>'tenant'
      and (updated_at, id) < (
        coalesce((p->'after'->>'updatedAt')::timestamptz, 'infinity'),
        coalesce((p->'after'->>'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    order by updated_at desc, id desc limit (p->>'limit')::integer) c
$$;
