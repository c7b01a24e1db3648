with

holidays as (

    select * from {{ ref('holidays') }}

),

calendar as (

    select * from {{ ref('int_calendar_days') }}

),

days as (

    select date_day from calendar

    union all

    select {{ unknown_date() }} as date_day

),

described as (

    select
        ---------- the day
        days.date_day,
        dayofmonth(days.date_day)::number(38, 0) as day_of_month,
        dayofyear(days.date_day)::number(38, 0) as day_of_year,
        dayofweekiso(days.date_day)::number(38, 0) as iso_weekday,
        dayname(days.date_day) as weekday_name,

        ---------- week, month, quarter, year
        weekiso(days.date_day)::number(38, 0) as iso_week,
        yearofweekiso(days.date_day)::number(38, 0) as iso_year,
        month(days.date_day)::number(38, 0) as month_number,
        monthname(days.date_day) as month_name,
        date_trunc('month', days.date_day)::date as month_start,
        last_day(days.date_day)::date as month_end,
        quarter(days.date_day)::number(38, 0) as quarter_number,
        year(days.date_day)::number(38, 0) as year_number,

        ---------- facts
        holidays.holiday_name,

        ---------- booleans
        dayofweekiso(days.date_day) >= 6 as is_weekend,
        days.date_day = last_day(days.date_day) as is_month_end,
        holidays.holiday_name is not null as is_holiday,
        days.date_day = {{ unknown_date() }} as is_unknown

    from days

    left join holidays
        on
            days.date_day = holidays.holiday_date
            and holidays.country = '{{ var("holiday_country") }}'

)

select * from described
