{% macro landing_drop_older(feed, buffer) -%}
    {%- set keys = [] -%}
    {%- for name in landing_delivered_names(feed) -%}
        {%- if name in feed.config.meta.landing.key -%}
            {%- do keys.append(landing_values(feed)[loop.index0]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set sql -%}
        delete from {{ buffer }} where source_content_key || ' ' || source_row in (
            select line from (
                select
                    source_content_key || ' ' || source_row as line,
                    row_number() over (
                        partition by {{ keys | join(', ') }}
                        order by quarantined_at desc, source_file desc, source_row desc
                    ) as newness
                from {{ buffer }} where not {{ landing_is_bad(feed) }}
            ) n where newness > 1
        )
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}
