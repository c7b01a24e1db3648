{% macro landing_mark_duplicates(feed) -%}
    {%- set ledger -%}
        {{ feed.schema }}.LANDED_FILES where feed = {{ landing_literal(feed.name) }}
    {%- endset -%}
    {%- set sql -%}
        update {{ feed.schema }}.LANDED_FILES
        set state = 'duplicate', first_error = 'the same content was staged by another run'
        where feed = {{ landing_literal(feed.name) }} and state = 'staged' and (
            content_key in (select content_key from {{ ledger }} and state = 'loaded')
            or stage_path not in (
                select min(stage_path) from {{ ledger }} and state = 'staged' group by content_key
            )
        )
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}
