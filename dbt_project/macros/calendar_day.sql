{% macro calendar_day(at) -%}
    iff(
            {{ at }}::date >= '{{ var("calendar_start") }}'::date
            and {{ at }}::date <= '{{ var("calendar_end") }}'::date,
            {{ at }}::date,
            {{ unknown_date() }}
        )
{%- endmacro %}
