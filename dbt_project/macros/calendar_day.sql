{#- The day of a time in dim_dates; without a time, or outside of the calendar, the unknown day. -#}
{% macro calendar_day(at) -%}
    iff(
            {{ at }}::date >= '{{ var("calendar_start") }}'::date
            and {{ at }}::date <= '{{ var("calendar_end") }}'::date,
            {{ at }}::date,
            {{ unknown_date() }}
        )
{%- endmacro %}
