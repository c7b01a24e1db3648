{#- At most this share (0 to 1) of the rows satisfies the condition. -#}
{% test at_most(model, share, condition) %}

with counted as (

    select
        count(*) as all_rows,
        sum(case when {{ condition }} then 1 else 0 end) as matching_rows

    from {{ model }}

)

select * from counted

where matching_rows > {{ share }} * all_rows

{% endtest %}
