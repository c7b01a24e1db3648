{% macro landing_quarantine_stream(feed, path, batch, buffer) -%}
    {%- set sql -%}
        copy into {{ buffer }} (ingest_xid, reasons, raw_values)
        from (select t.$1, t.$2, t.$3 from {{ path }}bad/ t)
        file_format = (format_name = '{{ feed.schema }}.CSV_FROM_POSTGRES')
        on_error = abort_statement
    {%- endset -%}
    {%- do landing_check_loaded(feed, run_query(sql), path ~ 'bad/', batch.bad_rows) -%}
    {#- A resync brings these rows again. One that is here already is known by transaction, reasons and
        key, because its values may have been corrected here. -#}
    {%- set sql -%}
        insert into {{ feed.schema }}.QUARANTINE (
            feed, source_file, source_content_key, source_row, reasons, raw_values, quarantined_at, landing_run
        )
        select
            {{ landing_literal(feed.name) }},
            {{ landing_literal(feed.config.meta.landing['from'].relation) }},
            {{ landing_literal(batch.database) }},
            b.ingest_xid, b.reasons, b.raw_values, {{ landing_now() }}, {{ landing_literal(batch.run) }}
        from {{ buffer }} b
        where not exists (
            select 1 from {{ feed.schema }}.QUARANTINE q
            where q.feed = {{ landing_literal(feed.name) }}
                and q.source_content_key = {{ landing_literal(batch.database) }}
                and q.source_row = b.ingest_xid
                and q.reasons = b.reasons
                {%- for name in feed.config.meta.landing.key %}
                and coalesce(parse_json(q.raw_values):"{{ name }}"::text, '')
                    = coalesce(parse_json(b.raw_values):"{{ name }}"::text, '')
                {%- endfor %}
        )
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}
