{% macro landing_acquire_feed_lock(feed, run) -%}
    {%- set sql -%}
        update {{ feed.schema }}.FEEDS
        set last_run = {{ landing_literal(run) }}, last_landed_at = {{ landing_now() }}
        where feed = {{ landing_literal(feed.name) }}
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}
