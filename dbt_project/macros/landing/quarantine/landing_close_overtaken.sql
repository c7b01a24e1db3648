{% macro landing_close_overtaken(feed, run=none) -%}
    {%- set typed, same_key, agrees = [], [], [] -%}
    {%- for name in landing_delivered_names(feed) -%}
        {%- do typed.append(landing_values(feed)[loop.index0] ~ ' as ' ~ name) -%}
        {%- do agrees.append('(o.' ~ name ~ ' is null or o.' ~ name ~ ' = r.' ~ name ~ ')') -%}
        {%- if name in feed.config.meta.landing.key -%}
            {%- do same_key.append('r.' ~ name ~ ' = o.' ~ name) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- A row is as old as its file, also when it was replayed later. -#}
    {%- set sql -%}
        update {{ feed.schema }}.QUARANTINE q set overtaken_by = n.content_key
        from (
            with
            o as (
                select o_file, o_key, o_row, o_at, {{ typed | join(', ') }}
                from (
                    select
                        source_file as o_file, source_content_key as o_key, source_row as o_row,
                        quarantined_at as o_at, {{ landing_quarantined_fields(feed) | join(', ') }}
                    from {{ landing_open_quarantine(feed) }}
                ) f
            ),
            l as (
                select content_key, max(landed_at) as landed_at
                from {{ feed.schema }}.LANDED_FILES
                where feed = {{ landing_literal(feed.name) }} and state = 'loaded'
                group by content_key
            ),
            r as (
                select *
                from {{ landing_table(feed) }}
                {{ 'where landing_run = ' ~ landing_literal(run) if run }}
            ),
            newer as (
                select o.o_file, o.o_key, o.o_row, o.o_at, r.source_file, r.source_content_key, r.source_row
                from o inner join r on {{ same_key | join(' and ') }}
                union all
                select o.o_file, o.o_key, o.o_row, o.o_at, r.source_file, r.source_content_key, r.source_row
                from o inner join r on r.source_file = o.o_file and r.source_row = o.o_row
                    and {{ agrees | join(' and ') }}
            )
            select newer.o_key, newer.o_row, max(l.content_key) as content_key
            from newer inner join l on l.content_key = newer.source_content_key
            where l.landed_at > newer.o_at or (
                l.landed_at = newer.o_at and (
                    newer.source_file > newer.o_file
                    or (newer.source_file = newer.o_file and newer.source_row > newer.o_row)
                )
            )
            group by 1, 2
        ) n
        where q.feed = {{ landing_literal(feed.name) }} and q.replayed_at is null
            and q.source_content_key = n.o_key and q.source_row = n.o_row
    {%- endset -%}
    {{ return(landing_scalar(sql) | int) }}
{%- endmacro %}
