with

numbers as (

    -- More than a century: the calendar's end cuts it off.
    select row_number() over (order by seq4()) - 1 as day_number
    from table(generator(rowcount => 40000))

),

days as (

    select dateadd('day', day_number, '{{ var("calendar_start") }}'::date)::date as date_day

    from numbers

    where day_number <= datediff('day', '{{ var("calendar_start") }}', '{{ var("calendar_end") }}')

)

select * from days
