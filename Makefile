# 联建：常用命令。只需要 Python 3.11 或更高版本，其余由这些命令自备。
LOCAL := python3 lianjian/local
.DEFAULT_GOAL := help
CHECKS := check-style check-types check-layers check-migrations check-templates check-deploy
.PHONY: help run test check $(CHECKS) bench drill screenshots services clean

help:
	@echo 'make run                启动演示环境（端口：PORT=8000）'
	@echo 'make test               运行全部测试（只跑一部分：ARGS="-k 积分 tests/members"）'
	@echo 'make check              代码风格、类型、迁移、分层、模板、部署文件'
	@echo 'make bench [ONLY=名称]  测速'
	@echo 'make drill [ONLY=名称]  演练：中断、恢复、坏文件、越权'
	@echo 'make screenshots        重新截取各页面'
	@echo 'make services           只启动数据库和队列，供开发时使用'
	@echo 'make clean              删除虚拟环境、本地数据和日志'

run:
	@$(LOCAL) run

test:
	@$(LOCAL) test $(ARGS)

check:
	@$(LOCAL) exec -- $(MAKE) --no-print-directory --keep-going $(CHECKS)

check-style:
	ruff check .
	ruff format --check .

check-types:
	mypy

check-layers:
	lint-imports

check-migrations:
	python manage.py makemigrations --check --dry-run

check-templates:
	djlint --lint --quiet templates

check-deploy:
	check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

bench:
	@$(LOCAL) exec --durable -- python -m tests.bench $(ONLY)

drill:
	@$(LOCAL) exec --durable -- python -m tests.drill $(ONLY)

screenshots:
	@$(LOCAL) exec --browser -- python -m tests.screenshots

services:
	@$(LOCAL) services

clean:
	@$(LOCAL) clean
