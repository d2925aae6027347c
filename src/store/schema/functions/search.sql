-- Search in titles and in the contents of messages. Languages are unknown, so a word is what stands between white space and
-- punctuation, in small letters. The last word of a search is a prefix: it may still be being typed.

-- The text of a JSON string, or of an object that begins with `content`, as messages do: at most the first 30,000 characters, read from its first
-- 40,000 as JSON, so that it takes some milliseconds, also of megabytes. The program escapes as \uXXXX only what is no text: control
-- characters, which may be \u0000, and halves of surrogate pairs. None of these can be in a `text`. A raw control character is in no
-- JSON, so that one can take the place of an escaped backslash.
create function chatterd.searched_text(p_json json) returns text language plpgsql immutable as $$
declare
  raw text := substr(p_json::text, 1, 40000);
begin
  if raw like '{"content":"%' then raw := substr(raw, 12); end if;
  -- Up to its end, or to where it is cut, but for its last quotation mark.
  raw := regexp_substr(raw, '^"([^"\\]|\\.)*');
  if position('\u' in raw) > 0 then
    raw := replace(regexp_replace(replace(raw, '\\', E'\x01'), '\\u[0-9a-fA-F]{0,4}', ' ', 'g'), E'\x01', '\\');
  end if;
  return left((raw || '"')::json#>>'{}', 30000);
end $$;

-- A text with spaces in place of what PostgreSQL's parser takes for parts of words: else "example.com" would be one, and not be found by
-- "example". Other punctuation separates words anyhow.
create function chatterd.plain_words(p_text text) returns text language sql immutable as $$
  select translate(p_text, '.-/_@:+&<>~%?=#\', repeat(' ', 16))
$$;

-- Words that are longer than PostgreSQL takes are left out; and all words of a text that it does not take for another reason.
create function chatterd.words_of(p_json json) returns tsvector language plpgsql immutable set client_min_messages = error as $$
begin
  return to_tsvector('pg_catalog.simple', chatterd.plain_words(chatterd.searched_text(p_json)));
exception when others then
  return '';
end $$;

-- Null where a search has no word.
create function chatterd.search_query(p_words text) returns tsquery language plpgsql immutable as $$
declare
  words text := plainto_tsquery('pg_catalog.simple', chatterd.plain_words(p_words))::text;
begin
  return case when words <> '' then (words || ':*')::tsquery end;
end $$;

-- Adds words of messages to message_words, for some p_ms milliseconds. It waits for no lock.
create function chatterd.index_messages(p_ms integer) returns void language plpgsql as $$
declare
  until timestamptz := clock_timestamp() + p_ms * interval '1 ms';
  m record;
begin
  for m in
    select conversation_id, branch, seq, chatterd.words_of(body) as words from chatterd.messages
    where not indexed order by created_at limit 2000 for no key update skip locked
  loop
    insert into chatterd.message_words (conversation_id, branch, seq, words)
    select m.conversation_id, m.branch, m.seq, m.words where m.words <> '';
    update chatterd.messages set indexed = true where conversation_id = m.conversation_id and branch = m.branch and seq = m.seq;
    exit when clock_timestamp() > until;
  end loop;
end $$;

-- As list_conversations, those whose title, or a message, has all words of `search`, in any order: [conversation_row with `match`].
-- `match`: {seq, branch, text, cutBefore, cutAfter}, the text around the first match. Of messages that are not in message_words yet, the newest are read.
-- p: {tenant, search, after?: {updatedAt, id}, limit}
create function chatterd.search_conversations(p json) returns json language plpgsql stable as $$
declare
  query tsquery := chatterd.search_query(p->>'search');
  words text[] := string_to_array(trim(regexp_replace(p->>'search', '[^[:alnum:]]+', ' ', 'g')), ' ');
  pattern text := '\m(' || array_to_string(words, '\M|') || ')';
  some_word text := '%' || lower(words[1]) || '%';
begin
  if query is null then return '[]'; end if;
  return (
    with recent as materialized (
      select conversation_id, branch, seq, body from (
        select *, sum(least(pg_column_size(body), 40000)) over (order by created_at desc, conversation_id, branch, seq) as bytes
        from (
          select conversation_id, branch, seq, body, created_at from chatterd.messages
          where not indexed order by created_at desc limit 1000) newest) summed
      where bytes < 1000000),
    matching as materialized (
      select conversation_id, branch, seq from chatterd.message_words where message_words.words @@ query
      union all
      select conversation_id, branch, seq from recent where chatterd.words_of(body) @@ query),
    first as (select distinct on (conversation_id) * from matching order by conversation_id, seq, branch),
    page as (
      select c, f.seq, f.branch, has_title from chatterd.conversations c
      left join first f on f.conversation_id = c.id
      cross join lateral (
        select lower(c.title::text) like some_word and chatterd.words_of(c.title) @@ query) t(has_title)
      where c.tenant || '' = p->>'tenant'
        and (c.updated_at, c.id) < (
          coalesce((p->'after'->>'updatedAt')::timestamptz, 'infinity'),
          coalesce((p->'after'->>'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        and (f.seq is not null or has_title)
      order by c.updated_at desc, c.id desc limit (p->>'limit')::integer)
    select coalesce(json_agg(
      json_build_object('conversation', chatterd.conversation_row(c),
        'match', case when has_title then chatterd.text_around((c).title, null, null, pattern)
          else (
            select chatterd.text_around(body, m.branch, m.seq, pattern) from chatterd.messages m
            where m.conversation_id = (c).id and m.branch = page.branch and m.seq = page.seq) end)
      order by (c).updated_at desc, (c).id desc), '[]')
    from page);
end $$;

-- The text around the first match of a regular expression; where there is none, from its beginning on.
create function chatterd.text_around(p_json json, p_branch integer, p_seq bigint, p_pattern text) returns json language plpgsql immutable as $$
declare
  whole text := chatterd.searched_text(p_json);
  start integer := greatest(1, regexp_instr(whole, p_pattern, 1, 1, 0, 'i') - 60);
begin
  return json_build_object('branch', p_branch, 'seq', p_seq, 'text', substr(whole, start, 400), 'cutBefore', start > 1, 'cutAfter', length(whole) >= start + 400);
end $$;
