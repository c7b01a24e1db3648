{% macro landing_sql() -%}
    {%- for statement in landing_shared_objects() -%}
        {%- do print(statement ~ ';') -%}
    {%- endfor -%}
    {%- for feed in landing_feeds() -%}
        {%- do print(landing_create_table(feed) ~ ';') -%}
        {%- do print(landing_create_stage(feed) ~ ';') -%}
    {%- endfor -%}
{%- endmacro %}
