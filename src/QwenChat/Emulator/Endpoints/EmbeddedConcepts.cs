using QwenChat.Text;

namespace QwenChat.Emulator.Endpoints;

/// <summary>
/// Everyday concepts, each with words for it in English and Chinese, so that the emulator's vectors relate words that share no
/// letters, as a model's do. This is a small general vocabulary; a model knows far more.
/// </summary>
internal static class EmbeddedConcepts
{
    private static readonly string[] s_groups =
    [
        "money price cost costs charge fee pay paid payment deposit spend expensive cheap budget salary wage rent loan mortgage pounds dollars " +
            "euros yen yuan bill invoice refund discount owe 钱 价格 价钱 费用 多少钱 花费 付款 工资 租金 房租 贷款 元 块钱 万元 日元 美元 定金 押金 报价 预算 收费 月供",
        "quantity number amount size large big small long tall heavy weight capacity width height length depth distance kilometre mile litre gram " +
            "kilo gigabyte 多大 多重 多长 多高 多远 公里 公斤 厘米 平米 平方 升 克 尺寸 大小 面积",
        "time hour minute clock deadline schedule duration finish finishing aim 时间 小时 分钟 几点 点钟 半小时 截止",
        "date day month year week weekend saturday sunday monday tuesday wednesday thursday friday january february march april june july august " +
            "september october november december appointment birthday anniversary calendar 日期 星期 周末 周六 周日 周一 周二 周三 周四 周五 几号 月份 生日 什么时候 哪天 预约 约在",
        "place where location address city town village street country region site venue hall hotel 地方 地点 地址 哪里 城市 在哪 位置 场地",
        "person people man woman name named called hero heroine protagonist character 名字 姓名 主角 人物 叫做 姓什么",
        "family mother father mum dad sister brother wife husband son daughter child children baby parents grandmother grandfather uncle aunt " +
            "cousin nephew niece 家人 妈妈 爸爸 我妈 我爸 母亲 父亲 姐姐 妹妹 哥哥 弟弟 太太 老婆 妻子 丈夫 老公 儿子 女儿 孩子 爷爷 奶奶 外婆 外公",
        "teacher school class lesson course student pupil homework university college exam study grade classroom 老师 学校 班级 班主任 上课 课程 学生 作业 大学 考试 学习 " +
            "年级 分数 成绩 补习",
        "health doctor physician vet hospital clinic nurse patient appointment check surgery diagnosis 医生 医院 大夫 体检 复查 挂号 手术 诊断 护士 健康 检查",
        "medicine drug pill tablet dose dosage prescribe prescription mg antibiotic painkiller vaccine treatment 药 药片 吃药 剂量 处方 毫克 疫苗 治疗 一片 胶囊 降压",
        "pain hurt hurts sore ache injury injured swollen broken sprain fracture bruise 疼 痛 受伤 酸痛 肿 骨折 扭伤",
        "body knee ankle foot leg arm shoulder back hip neck head hand finger muscle joint eye ear tooth stomach heart 身体 膝盖 脚踝 腿 " +
            "肩膀 背 腰 脖子 头 手 肌肉 关节 眼睛 耳朵 牙 胃 心脏 部位",
        "illness disease flu fever cold cough infection diabetes asthma migraine 病 生病 感冒 发烧 咳嗽 糖尿病 高血压 血压 痛风 血糖 胆固醇",
        "allergy allergic intolerant avoid forbid forbidden cannot refuse without exclude 过敏 不能吃 不吃 忌口 避免 不能 不要 不放 禁止",
        "nut nuts peanut almond walnut hazelnut pistachio 坚果 花生 杏仁 核桃 榛子 开心果",
        "food eat meal dinner lunch breakfast dish recipe cook cooking menu restaurant taste kitchen 吃 食物 饭 晚饭 午饭 早饭 早餐 菜 菜谱 做饭 餐厅 " +
            "饭店 味道 厨房 做菜",
        "meat beef pork chicken lamb fish salmon tuna shrimp sashimi sushi bacon ham sausage 肉 牛肉 猪肉 鸡肉 羊肉 鱼 生鱼片 虾 海鲜 排骨",
        "vegetable tomato potato onion garlic carrot cabbage spinach pepper cucumber bean pumpkin 蔬菜 番茄 西红柿 土豆 洋葱 大蒜 胡萝卜 白菜 菠菜 辣椒 黄瓜 豆腐",
        "fruit apple pear fig orange lemon cherry berry strawberry grape banana peach plum mango 水果 苹果 梨 橙子 柠檬 樱桃 草莓 葡萄 香蕉 桃子 芒果",
        "flower flowers bouquet rose lily lilies peony tulip orchid blossom 花 鲜花 玫瑰 百合 牡丹 郁金香 兰花 花束",
        "garden plant planted grow soil seed harvest balcony greenhouse lawn hedge tree compost prune 花园 种 植物 土壤 种子 收获 阳台 温室 草坪 树 浇水 施肥",
        "drink tea coffee wine beer water juice milk whisky champagne 喝 茶 咖啡 酒 啤酒 水 果汁 牛奶 白酒 红酒",
        "animal pet dog cat horse bird rabbit hamster parrot goldfish retriever puppy kitten dinosaur elephant tiger lion 动物 宠物 狗 猫 马 鸟 兔子 " +
            "仓鼠 鹦鹉 金鱼 恐龙 大象 老虎 狮子",
        "fear afraid scared hate hates hide hides dislike worry 怕 害怕 讨厌 躲 不喜欢 担心",
        "love favourite favorite prefer enjoy fond 喜欢 最爱 爱好 偏爱 最喜欢",
        "colour color paint painted red blue green yellow white black grey gray brown purple orange pink beige 颜色 什么色 油漆 刷 红色 蓝色 绿色 黄色 白色 黑色 灰色 " +
            "棕色 紫色 粉色 米色",
        "house home flat apartment room bedroom bathroom kitchen living wall floor roof ceiling window door garage basement 房子 家 公寓 房间 卧室 卫生间 浴室 厨房 " +
            "客厅 墙 墙面 地板 屋顶 天花板 窗户 门 车库",
        "renovate renovation builder contractor plumber electrician tiles waterproof install repair fix 装修 装修队 水管工 电工 瓷砖 防水 安装 维修 修 师傅 " +
            "施工",
        "furniture sofa table chair bed desk shelf wardrobe lamp 家具 沙发 桌子 椅子 床 书桌 书架 衣柜 灯",
        "travel trip journey flight fly plane airport airline train ticket hotel luggage passport visa holiday vacation tour boarding 旅行 旅游 航班 飞机 " +
            "机票 机场 航空 火车 高铁 车票 酒店 行李 护照 签证 假期 坐 订",
        "car vehicle drive engine tyre brake garage mileage petrol electric battery van truck bicycle bike 车 汽车 开车 发动机 轮胎 刹车 油 电动车 电池 自行车 车牌 保养",
        "run running race marathon training jog pace mileage exercise workout sport swim swimming gym cycling tennis football yoga 跑步 马拉松 训练 配速 运动 " +
            "游泳 健身 骑车 网球 足球 瑜伽 比赛 锻炼",
        "winter cold freeze freezing frost snow ice chilly 冬天 冷 结冰 下雪 霜",
        "summer hot heat warm sunny 夏天 热 暖",
        "storm thunder thunderstorm lightning rain wind hail weather 暴风雨 打雷 闪电 下雨 风 天气",
        "kill killed murder murdered murderer victim weapon death dead die died knife gun poison crime 杀 谋杀 凶手 凶器 受害者 武器 死 刀 枪 毒药",
        "book novel story chapter author write writing plot fiction ending page poem publisher manuscript 书 小说 故事 章 作者 写 情节 结局 页 诗 出版社",
        "end ending finish final last close 结束 结尾 结局 最后",
        "music song piano guitar violin band concert album sing singer orchestra 音乐 歌 钢琴 吉他 小提琴 乐队 演唱会 专辑 唱",
        "film movie cinema series actor director camera photo photography lens 电影 电视剧 演员 导演 相机 照片 摄影 镜头",
        "computer laptop server software program code app bug version upgrade update install operating system linux windows 电脑 服务器 软件 程序 代码 应用 版本 " +
            "升级 更新 系统",
        "database table index query postgres postgresql mysql sql storage disk backup replicate replication 数据库 表 索引 查询 存储 硬盘 备份 复制",
        "migrate migration move transfer switch convert 迁移 搬 转移 换",
        "method way approach tool technique procedure strategy 方法 方式 办法 工具 策略",
        "decide decided settle settled agree choose chose chosen pick selected plan 决定 选择 选 定 打算 计划",
        "buy bought purchase order shop store brand sell sold maker model 买 购买 买了 下单 商店 牌子 品牌 卖 哪家 型号 牌",
        "broken defective crash fault error fail failed failure damaged 坏 坏了 故障 错误 失败 损坏",
        "job work office company employer boss manager colleague interview career contract hire team 工作 公司 老板 经理 同事 面试 职业 合同 团队 领导 部门",
        "stock share shares invest investment fund bond portfolio dividend profit loss bank account interest broker 股票 股 投资 基金 债券 分红 利润 亏 银行 账户 利息 " +
            "券商 持仓 买入 卖出 成本",
        "tax insurance policy premium claim lawyer court legal notary 税 保险 保单 保费 理赔 律师 法院 法律 公证",
        "phone mobile call email message letter contact number 电话 手机 邮件 短信 信 联系 号码",
        "wedding marry married bride groom honeymoon guest guests ceremony maid ring 婚礼 结婚 新娘 新郎 蜜月 客人 仪式 戒指",
        "party birthday celebrate gift present invite invitation 聚会 生日 庆祝 礼物 邀请 送",
        "clothes dress shirt shoes coat jacket suit trousers size wear 衣服 裙子 衬衫 鞋 外套 西装 裤子 穿",
        "language speak learn english chinese german french spanish japanese vocabulary grammar word 语言 说 学 英语 中文 德语 法语 西班牙语 日语 单词 语法",
        "password key code secret pin login account 密码 钥匙 口令 登录 账号",
        "temperature degrees celsius oven bake boil heat 温度 度 摄氏度 烤箱 烤 煮",
        "sleep bed night tired insomnia wake 睡 睡觉 晚上 累 失眠 醒",
        "wood oak metal steel stone glass plastic material leather cotton 木头 橡木 金属 钢 石头 玻璃 塑料 材料 皮 棉",
        "boat ship sail sea island harbour beach ocean river lake 船 帆 海 岛 港口 海滩 河 湖",
        "mountain hike hiking climb climbing trail peak tent camp camping 山 徒步 爬山 登山 路线 帐篷 露营",
        "seat row platform gate number 座位 排 站台 登机口",
        "chess game play team score win opponent opening 象棋 游戏 玩 球队 得分 赢 对手 开局",
        "bread dough flour yeast cake sugar baking sourdough 面包 面团 面粉 酵母 蛋糕 糖 烘焙",
        "science research experiment laboratory lab sample thesis paper supervisor professor 科学 研究 实验 实验室 样本 论文 导师 教授",
        "reason because cause why due 原因 因为 为什么 由于",
        "noise loud quiet sound 噪音 吵 安静 声音",
    ];

    private static readonly ILookup<string, string> s_concepts = Read();

    /// <summary>Returns the concepts of a term, a stem or a pair of ideographs.</summary>
    public static IEnumerable<string> Of(string term) => s_concepts[term];

    private static ILookup<string, string> Read() => s_groups.SelectMany(group =>
    {
        string[] words = group.Split(' ');
        return words.SelectMany(word => SearchTerms.Of(word).Where(one => one.Weight >= 1).Select(one => (Term: one.Term, Concept: words[0])));
    }).Distinct().ToLookup(one => one.Term, one => one.Concept, StringComparer.Ordinal);
}
