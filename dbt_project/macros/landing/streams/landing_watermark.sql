{% macro landing_watermark(feed, batch) -%}
    {#- Rows below the unload's start need not be read: a run must not take longer as the table grows. -#}
    {%- set sql -%}
        select greatest(
            (
                select coalesce(max(ingest_xid), 0) from {{ landing_table(feed) }}
                where source_database = {{ landing_literal(batch.database) }} and ingest_xid >= {{ batch.after }}
            ),
            (
                select coalesce(max(source_row), 0) from {{ feed.schema }}.QUARANTINE
                where feed = {{ landing_literal(feed.name) }}
                    and source_content_key = {{ landing_literal(batch.database) }}
            )
        )::text
    {%- endset -%}
    {{ return(landing_scalar(sql) | string) }}
{%- endmacro %}
