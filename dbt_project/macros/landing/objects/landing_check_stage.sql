{% macro landing_check_stage(feed, before) -%}
    {%- set stage = before.split('; ')[0] if before else none -%}
    {%- if stage and stage != '@' ~ landing_stage(feed) -%}
        {%- set waiting = landing_scalar(
            'select count(*) from ' ~ feed.schema ~ '.LANDED_FILES where feed = '
            ~ landing_literal(feed.name) ~ " and state = 'staged'"
        ) -%}
        {%- if waiting | int -%}
            {{ exceptions.raise_compiler_error(
                'LANDING ' ~ feed.name ~ ': ' ~ waiting ~ ' files wait on the stage ' ~ stage
                ~ ', which the landing block has renamed. Give it its old name, land them with'
                ~ ' `uv run python -m dags.landing land ' ~ feed.name ~ '`, then rename it.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
