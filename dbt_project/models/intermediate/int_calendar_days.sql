with

numbers as (

    -- More than a century; cut off below at the calendar's end.
    select row_number() over (order by seq4()) - 1 as day_number
    from table(generator(rowcount => 40000))

),

days as (

    select dateadd('day', day_number, '{{ var("calendar_start") }}'::date)::date as date_day

    from numbers

    where day_number <= datediff('day', '{{ var("calendar_start") }}', '{{ var("calendar_end") }}')

)

select * from days
