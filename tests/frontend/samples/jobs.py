"""What takes a while: imports, jobs, files."""

# ruff: noqa: E501  (sample rows read better on one line)


def import_page(state=""):
    errors = [
        {
            "sheet": "行政村",
            "row": 12 + number,
            "column": "耕地面积（亩）",
            "value": "1410公顷",
            "message": f"第 {12 + number} 行“耕地面积（亩）”填了“1410公顷”，这里按亩填，请换算后填写。",
            "right": "21150",
        }
        for number in range(8)
    ]
    errors.append(
        {"sheet": "行政村", "row": 31, "column": "村名", "value": "", "message": "第 31 行没有填村名，请补上。"}
    )
    result = {
        "file_name": "乳山口镇行政村2026三季度.xlsx",
        "saved": state == "saved",
        "created": "28",
        "updated": "13",
        "unchanged": "1,204",
        "errors": errors if state == "errors" else [],
        "error_count": len(errors) if state == "errors" else 0,
        "more_errors": 112 if state == "errors" else 0,
        "notes": [{"sheet": "行政村", "row": 5, "column": "耕地面积（亩）", "message": "“1410亩”已按 1410 录入。"}],
        "warning_count": 1,
        "warnings": [{"sheet": "行政村", "row": 9, "column": "户数", "message": "比上年少一半以上，请核对。"}],
        "confirm": None,
        "marked_url": "/marked.xlsx",
        "good": 33,
        "can_partial": True,
        "ambiguous": [
            {
                "name": "choose-12",
                "label": "第 12 行“王建国”有两位，是哪一位？",
                "choices": [
                    {"value": 1, "label": "王建国", "hint": "锅上村 · 1968年生 · 3710**********1234"},
                    {"value": 2, "label": "王建国", "hint": "唐家村 · 1981年生"},
                ],
            }
        ]
        if state == "ambiguous"
        else [],
        "token": "t0",
    }
    return {
        "breadcrumbs": [{"title": "行政村", "url": "/v/"}, {"title": "导入", "url": ""}],
        "register": {"title": "行政村", "slug": "villages"},
        "urls": {"template": "/t.xlsx", "list": "/v/"},
        "max_rows": "50,000",
        "max_size": "20 MB",
        "hints": ["村名可以写简称，有重名时会请您选一下。"],
        "result": result if state else None,
    }


def job_page(state="running"):
    results = [
        {"label": "查看结算结果", "url": "/r/", "main": True},
        {"label": "下载工作簿", "url": "/r.xlsx", "icon": "file-download"},
    ]
    return {
        "breadcrumbs": [{"title": "我的文件", "url": "/files/"}, {"title": "任务", "url": ""}],
        "job": {
            "title": "2026年第三季度积分试算",
            "state": state,
            "finished": state in {"done", "failed", "cancelled"},
            "step": "第 2 步，共 4 步：计算各村得分",
            "done": 100000 if state == "done" else 25104,
            "total": 100000 if state != "queued" else None,
            "elapsed": "1 分 20 秒",
            "remaining": "4 分钟",
            "progress_url": "/jobs/1/progress/",
            "cancel_url": "/jobs/1/cancel/",
            "retry_url": "/jobs/1/retry/",
            "message": "有 3 个村没有积分办法，未能试算。" if state == "failed" else "",
            "results": results if state == "done" else [],
            "errors": ["锅上村：没有 2026 年第三季度生效的积分办法。"] if state == "failed" else [],
        },
    }


def files_page(rows=3):
    file = {
        "name": "乳山口镇全镇台账2026年第三季度.xlsx",
        "url": "/f/1",
        "size": "1.2 MB",
        "made_at": "2026-11-20 09:31",
        "expires_at": "2026-12-20",
        "job_url": "/j/1",
        "job_title": "导出全镇台账",
    }
    job = {
        "title": "导入党员",
        "url": "/j/2",
        "state_text": "进行中",
        "tone": "info",
        "done": 1200,
        "total": 4000,
        "started": "09:40 开始",
    }
    return {"files": [file] * rows, "jobs": [job] if rows else [], "next_url": None, "previous_url": None}
